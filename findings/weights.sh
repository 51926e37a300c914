#!/usr/bin/env bash
# PyTorch 2.13.0: torch.save in the older format writes tensors that torch.load cannot read.
#
#   torch.save({'x': uint16 tensor}, path, _use_new_zipfile_serialization=False)   writes a file,
#   torch.load(path, weights_only=False)   ends with an AttributeError: UntypedStorage has no 'dtype'.
#
# Seen for uint16, uint32, uint64 and every float8 dtype; in the zip format both ways work, and other
# dtypes work in both formats. gan-kit's readPth reads such files, as their bytes are all there.
# And: the two spectral norms of PyTorch give another σ in training from the same weights, u and v.
# torch.nn.utils.spectral_norm renews v before u, its successor in parametrizations u before v, so that
# they are half a round of the power iteration apart until u and v have converged.
#
# Ends with 0 while both is so, else with 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import io
import sys

import torch
from torch import nn
from torch.nn.utils import parametrizations, spectral_norm


def comes_back(dtype, zipped):
    tensor = torch.tensor([1, 2, 3], dtype=torch.uint8).to(dtype)
    file = io.BytesIO()
    torch.save({"x": tensor}, file, _use_new_zipfile_serialization=zipped)
    file.seek(0)
    try:
        read = torch.load(file, weights_only=False)["x"]
    except AttributeError as error:
        print(f"{dtype}, {'zip' if zipped else 'older format'}: {error}")
        return False
    return torch.equal(read.float(), tensor.float())


later = [torch.uint16, torch.uint32, torch.uint64, torch.float8_e4m3fn, torch.float8_e5m2]
same = all(comes_back(dtype, True) for dtype in later)
same &= not any([comes_back(dtype, False) for dtype in later])
same &= all(comes_back(dtype, False) for dtype in (torch.float16, torch.bfloat16, torch.int64))

torch.manual_seed(1)
hook = spectral_norm(nn.Linear(5, 4, bias=False)).double()
newer = parametrizations.spectral_norm(nn.Linear(5, 4, bias=False)).double()
norm = newer.parametrizations.weight[0]
with torch.no_grad():
    newer.parametrizations.weight.original.copy_(hook.weight_orig)
    norm._u.copy_(hook.weight_u)
    norm._v.copy_(hook.weight_v)
    x = torch.eye(5, dtype=torch.float64)
    evaluated = (hook.eval()(x) - newer.eval()(x)).abs().max().item()
    trained = (hook.train()(x) - newer.train()(x)).abs().max().item()
print(f"spectral norms, largest difference: {evaluated:.1e} evaluated, {trained:.1e} in training")
same &= evaluated < 1e-12 and trained > 1e-4
sys.exit(0 if same else 1)
PYTHON
