#!/usr/bin/env bash
# torch-mimicry 0.1.16 (PyTorch): two spectral normalizations under one name, and so two formats of weights.
#
# `torch_mimicry.modules` imports everything from `layers`, whose SNLinear and SNEmbedding are functions around
# torch's spectral_norm, and then everything from `spectral_norm`, whose classes of the same names replace them.
# Networks that import from `modules.layers` have the first, those that import from `modules` the second: of the
# package's conditional discriminators, cGAN-PD for 128 pixels and for 32.
#
# - Their last layers have other keys: weight_orig, weight_u and weight_v, or weight, sn_u and sn_sigma. A reader
#   of one cannot read the other, and cGAN-PD 32 has both kinds, since its blocks have the first.
# - In evaluation mode, torch's divides by σ of the vectors that are stored. The package's own does a round of power
#   iteration more and does not store it: with weights of training, the logits of the two differ.
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
for name in ['torch_mimicry', 'torch_mimicry.nets']:
    package = types.ModuleType(name)
    package.__path__ = [root + name.removeprefix('torch_mimicry').replace('.', '/')]
    sys.modules[name] = package
from torch_mimicry import modules
from torch_mimicry.modules import layers, spectral_norm
from torch_mimicry.nets.cgan_pd.cgan_pd_32 import CGANPDDiscriminator32
from torch_mimicry.nets.cgan_pd.cgan_pd_128 import CGANPDDiscriminator128

same = []


def see(what, is_so):
    print('so:' if is_so else 'no longer so:', what)
    same.append(bool(is_so))


for name in ['SNLinear', 'SNEmbedding']:
    see(f'modules.{name} is that of spectral_norm, not of layers',
        getattr(modules, name) is getattr(spectral_norm, name) is not getattr(layers, name))
keys = {
    size: sorted(key.removeprefix('l_y.') for key in network(num_classes=10, ndf=16).state_dict() if key.startswith('l_y.'))
    for size, network in [(32, CGANPDDiscriminator32), (128, CGANPDDiscriminator128)]
}
for size, expected in [(32, ['sn_sigma', 'sn_u', 'weight']), (128, ['weight_orig', 'weight_u', 'weight_v'])]:
    see(f'the embedding of cGAN-PD {size} has {" ".join(keys[size])}', keys[size] == expected)

torch.manual_seed(1)
torch_own, package_own = layers.SNLinear(6, 4), spectral_norm.SNLinear(6, 4)
with torch.no_grad():
    package_own.weight.copy_(torch_own.weight_orig)
    package_own.bias.copy_(torch_own.bias)
    # the same vectors, as after a step of training
    v = torch.nn.functional.normalize(torch.randn(6), dim=0)
    u = torch.nn.functional.normalize(torch_own.weight_orig @ v, dim=0)
    torch_own.weight_v.copy_(v)
    torch_own.weight_u.copy_(u)
    package_own.sn_u.copy_(u[None])
    x = torch.randn(3, 6)
    difference = (torch_own.eval()(x) - package_own.eval()(x)).abs().max().item()
    stored = (package_own.sn_u[0] - u).abs().max().item()
    W = torch_own.weight_orig
    after = torch.nn.functional.normalize(W.T @ u, dim=0)
    further = (package_own(x) - package_own.bias - x @ W.T / (W @ after).norm()).abs().max().item()
see(f'in evaluation, with the same u, the two differ by {difference:.2f}', difference > 0.01)
see(f'the second is that of one round more ({further:.0e}), which is not stored', further < 1e-5 and stored == 0)
sys.exit(not all(same))
PY
env/bin/python run.py
