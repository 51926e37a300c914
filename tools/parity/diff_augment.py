"""Writes test/parity/fixtures/diff_augment.json: what the authors' DiffAugment_pytorch.py makes of given draws.

    python3 -m pip install torch numpy
    python3 tools/parity/diff_augment.py PATH

PATH is a checkout of mit-han-lab/data-efficient-gans. Its torch.rand and torch.randint are replaced by ones that take
numbers of [0, 1) from a list, which the fixture holds in the order in which they were taken. Everything is computed in
float64 from numbers that float32 holds exactly. Stored are y = T(x) and the gradient of the sum of w y in x, with
images as [batch, height, width, channels].
"""

import json
import pathlib
import sys

import numpy as np
import torch

sys.path.insert(0, sys.argv[1])
import DiffAugment_pytorch as reference  # noqa: E402

ROOT = pathlib.Path(__file__).parents[2]
SEED = 2006
SHAPE = (4, 5, 7, 3)  # a height and a width whose shifts and holes differ
CASES = [
    {"policy": ["color"]},
    {"policy": ["translation"]},
    {"policy": ["cutout"]},
    {"policy": ["color", "translation", "cutout"]},
    {"policy": ["cutout", "translation"]},
    {"policy": ["translation"], "translation": 0.3},
    {"policy": ["cutout"], "cutout": 0.25},
    {"policy": ["cutout"], "cutout": 1},
    {"policy": ["color", "translation", "cutout"], "channels": 1},
]
rng = np.random.default_rng(SEED)


class Draws:
    """Stands for torch's random functions; keeps the numbers that it gave."""

    def __init__(self):
        self.made = []

    def unit(self, size):
        values = (rng.integers(0, 2**24, size) / 2**24).astype(np.float64)
        self.made.append(values.flatten().tolist())
        return torch.from_numpy(values)

    def rand(self, *size, dtype, device):
        return self.unit(size)

    def randint(self, low, high, size, device):
        return low + (self.unit(tuple(size)) * (high - low)).floor().long()


def single(*shape):
    return torch.from_numpy(rng.uniform(-1, 1, shape).astype(np.float32)).double()


def last(x):
    """Channels to the end."""
    return [float(f"{value:.9g}") for value in x.detach().permute(0, 2, 3, 1).flatten().tolist()]


class Torch:
    """torch itself, but for what is drawn."""

    def __init__(self, draws):
        self.rand, self.randint = draws.rand, draws.randint

    def __getattr__(self, name):
        return getattr(torch, name)


def run(case):
    batch, height, width, channels = SHAPE
    channels = case.get("channels", channels)
    x = single(batch, channels, height, width).requires_grad_()
    w = single(batch, channels, height, width)
    draws = Draws()
    reference.torch = Torch(draws)
    amounts = {name: {"ratio": case[name]} for name in ("translation", "cutout") if name in case}
    if amounts:  # DiffAugment itself passes no ratio
        (name,) = case["policy"]
        y = getattr(reference, f"rand_{name}")(x, **amounts[name])
    else:
        y = reference.DiffAugment(x, policy=",".join(case["policy"]))
    (gradient,) = torch.autograd.grad((w * y).sum(), x)
    options = {key: value for key, value in case.items() if key != "channels"}
    tensors = {"x": last(x), "w": last(w), "y": last(y), "gradient": last(gradient)}
    return {"options": options, "shape": [batch, height, width, channels], "draws": draws.made, **tensors}


fixture = {
    "generator": "tools/parity/diff_augment.py",
    "reference": "mit-han-lab/data-efficient-gans, DiffAugment_pytorch.py",
    "versions": {"torch": torch.__version__, "numpy": np.__version__},
    "dtype": "float64",
    "seed": SEED,
    "cases": [run(case) for case in CASES],
}
path = ROOT / "test/parity/fixtures/diff_augment.json"
path.write_text(json.dumps(fixture) + "\n")
print(path.name, path.stat().st_size, "bytes")
