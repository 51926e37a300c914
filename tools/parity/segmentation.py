"""Writes test/parity/fixtures/segmentation.json: confusion matrices and the scores of label maps.

    python3 tools/parity/segmentation.py PATH

PATH is a checkout of junyanz/pytorch-CycleGAN-and-pix2pix, whose scripts/eval_cityscapes/util.py is
run. `skip` is the same formula without its 1e-12, so that numpy's nanmean leaves absent classes out.
Labels and predictions come as strings, one character a pixel: '0' + class, and '~' for 255.
"""

import importlib.util
import json
import platform
import sys
import warnings
from pathlib import Path

import numpy as np

SEED = 20161121
rng = np.random.default_rng(SEED)

spec = importlib.util.spec_from_file_location(
    "reference", Path(sys.argv[1]) / "scripts/eval_cityscapes/util.py"
)
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)


def text(classes):
    return "".join("~" if c == 255 else chr(48 + c) for c in classes.ravel())


def batch(classes, shape, labels, hit, unlabelled):
    label = rng.choice(labels, size=shape)
    prediction = np.where(rng.random(shape) < hit, label, rng.integers(0, classes, shape))
    label[rng.random(shape) < unlabelled] = 255
    return label, prediction


def listed(values):
    return [None if np.isnan(v) else float(v) for v in values]


def case(classes, batches):
    hist = sum(reference.fast_hist(a.ravel(), b.ravel(), classes) for a, b in batches)
    zero = reference.get_scores(hist)
    diagonal = np.diag(hist)
    with np.errstate(invalid="ignore"):
        accuracies = diagonal / hist.sum(1)
        ious = diagonal / (hist.sum(1) + hist.sum(0) - diagonal)
    return {
        "classes": classes,
        "batches": [
            {"shape": list(a.shape), "labels": text(a), "predictions": text(b)} for a, b in batches
        ],
        "counts": hist.ravel().tolist(),
        "pixelAccuracy": float(zero[0]),
        "zero": {
            "classAccuracy": float(zero[1]),
            "meanIoU": float(zero[2]),
            "accuracies": listed(zero[3]),
            "ious": listed(zero[4]),
        },
        "skip": {
            "classAccuracy": float(np.nanmean(accuracies)),
            "meanIoU": float(np.nanmean(ious)),
            "accuracies": listed(accuracies),
            "ious": listed(ious),
        },
    }


def main():
    warnings.simplefilter("error")
    every = np.arange(19)
    some = np.array([0, 1, 1, 1, 4, 7, 11, 11, 18])
    fixture = {
        "meta": {
            "generator": "tools/parity/segmentation.py",
            "reference": "scripts/eval_cityscapes/util.py of pytorch-CycleGAN-and-pix2pix at 00d5574",
            "versions": {"numpy": np.__version__, "python": platform.python_version()},
            "dtype": "float64",
            "seed": SEED,
        },
        "cases": {
            "all classes, three batches": case(
                19, [batch(19, (2, 12, 20), every, hit, 0.1) for hit in (0.7, 0.4, 0.9)]
            ),
            "absent classes": case(19, [batch(8, (1, 16, 16), some[:5], 0.8, 0.2)]),
            "labels outside the classes": case(12, [batch(12, (1, 16, 16), some, 0.5, 0.0)]),
            "one class": case(1, [(np.zeros((1, 3, 3), int), np.zeros((1, 3, 3), int))]),
        },
    }
    path = Path(__file__).parents[2] / "test/parity/fixtures/segmentation.json"
    path.write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
