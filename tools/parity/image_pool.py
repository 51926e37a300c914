"""Writes test/parity/fixtures/image_pool.json: what the reference's own ImagePool returns.

    python3 tools/parity/image_pool.py PATH

PATH is a checkout of junyanz/pytorch-CycleGAN-and-pix2pix. Its `random` is replaced by one that
records what it drew, so that the fixture holds the decisions: for each image that came to a full
pool the place that was exchanged, or null. Image k is k + 0.25, k + 0.5, … over 2×1×2 values.
"""

import json
import platform
import random
import sys
from pathlib import Path

import torch

sys.path.insert(0, sys.argv[1])
from util import image_pool  # noqa: E402

SEED = 11
CASES = {
    "one image at a time": (4, [1] * 24),
    "batches that straddle the filling": (5, [3] * 10),
    "batches larger than the pool": (2, [5] * 5),
    "a pool of one": (1, [2, 1, 3, 1, 2, 2]),
    "no pool": (0, [2, 1, 3]),
}


class Recorder:
    """Stands in for the module `random` and keeps what it decides."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.decisions = []

    def uniform(self, low, high):
        u = self.random.uniform(low, high)
        if u <= 0.5:
            self.decisions.append(None)
        return u

    def randint(self, low, high):
        place = self.random.randint(low, high)
        self.decisions.append(place)
        return place


def batch(first, count):
    numbers = torch.arange(first, first + count, dtype=torch.float32)
    return numbers.reshape(count, 1, 1, 1) + 0.25 * torch.arange(1, 5).reshape(1, 2, 1, 2)


def run(size, batches):
    recorder = Recorder(SEED)
    image_pool.random = recorder
    pool = image_pool.ImagePool(size)
    returned = []
    first = 0
    for count in batches:
        shown = pool.query(batch(first, count))
        returned.append([int(v) for v in shown[:, 0, 0, 0]])
        assert torch.equal(shown, torch.cat([batch(k, 1) for k in returned[-1]]))
        first += count
    held = [int(image[0, 0, 0, 0]) for image in pool.images] if size > 0 else []
    return {
        "size": size,
        "batches": batches,
        "decisions": recorder.decisions,
        "returned": returned,
        "held": held,
    }


def main():
    fixture = {
        "meta": {
            "generator": "tools/parity/image_pool.py",
            "reference": "util/image_pool.py of pytorch-CycleGAN-and-pix2pix at 00d5574",
            "versions": {"torch": torch.__version__, "python": platform.python_version()},
            "dtype": "float32",
            "seed": SEED,
        },
        "cases": {name: run(*case) for name, case in CASES.items()},
    }
    path = Path(__file__).parents[2] / "test/parity/fixtures/image_pool.json"
    path.write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
