#!/usr/bin/env bash
# torch-mimicry 0.1.16 (PyTorch): the residual blocks of its discriminators are not those of the SN-GAN paper.
#
# A block of the paper, and of its authors' code in Chainer, is f(x) + s(x): both paths see x. DBlock's first ReLU
# works in place, so it changes x, and the shortcut is computed afterwards: the block is f(x) + s(relu(x)), with an
# identity as the shortcut and with a 1×1 convolution. Every discriminator of the package but for its first block
# is made of it, SN-GAN's, SAGAN's and WGAN-GP's, and so are its published weights and scores: they fit networks
# with this block alone. It also overwrites the tensor that the caller passed.
#
# The modules are loaded without the package's metrics, which need TensorFlow.
# Ends with 0 while all of it is so, else with 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet torch==2.13.0 numpy
env/bin/pip install --quiet --no-deps torch-mimicry==0.1.16
cat > run.py <<'PY'
import importlib.machinery
import sys
import types

import torch

root = next(importlib.machinery.PathFinder.find_spec('torch_mimicry').submodule_search_locations.__iter__())
package = types.ModuleType('torch_mimicry')
package.__path__ = [root]
sys.modules['torch_mimicry'] = package
from torch_mimicry.modules.resblocks import DBlock

same = []


def see(what, is_so):
    print('so:' if is_so else 'no longer so:', what)
    same.append(bool(is_so))


torch.manual_seed(1)
blocks = {
    'identity': DBlock(3, 3, spectral_norm=False),
    'a 1x1 convolution': DBlock(3, 5, downsample=True, spectral_norm=False),
}
for name, block in blocks.items():
    x = torch.randn(2, 3, 6, 6)
    with torch.no_grad():
        given = x.clone()
        y = block(given)
        f = block._residual(x.clone())
        of_x = f + block._shortcut(x.clone())
        of_relu = f + block._shortcut(torch.relu(x))
    paper = (y - of_x).abs().max().item()
    actual = (y - of_relu).abs().max().item()
    see(f'shortcut is {name}: {paper:.3f} from f(x) + s(x), {actual:.0e} from f(x) + s(relu(x))',
        paper > 0.1 and actual < 1e-5)
    see('the tensor passed in is overwritten by relu(x)', torch.equal(given, torch.relu(x)))
sys.exit(not all(same))
PY
env/bin/python run.py
