"""Writes test/parity/fixtures/losses.json: every loss with its gradients, as PyTorch computes them.

    python3 -m pip install torch
    python3 tools/parity/losses.py

The logits are float32; PyTorch works on them in float64, so that the comparison measures gan-kit's
rounding alone. The losses are written with PyTorch's own functions, not with gan-kit's formulas.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

SEED = 20
generator = torch.Generator().manual_seed(SEED)


def normal(*shape, shift=0.0, spread=2.0):
    return torch.randn(*shape, generator=generator, dtype=torch.float32) * spread + shift


LOGITS = {
    "column": (normal(6, 1, shift=0.8), normal(6, 1, shift=-0.4)),
    "patches of unequal batches": (normal(3, 2, 3, 1, shift=0.5), normal(2, 2, 3, 1, shift=-0.7)),
    # logits on the margins of the hinge, at 0, and where exp overflows
    "extreme": (
        torch.tensor([-1e4, -30.0, 0.0, 1.0, 17.0, 1e4]),
        torch.tensor([1e4, 88.0, -1.0, 0.0, -14.0, -1e4]),
    ),
}


def bce(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def mse(logits, label):
    return F.mse_loss(logits, torch.full_like(logits, label))


def minimax(realLabel=1.0, fakeLabel=0.0):
    return (
        lambda r, f: bce(r, realLabel) + bce(f, fakeLabel),
        lambda r, f: F.logsigmoid(-f).mean() if fakeLabel == 0 else -bce(f, fakeLabel),
    )


def non_saturating(realLabel=1.0, fakeLabel=0.0, generatorLabel=1.0):
    return lambda r, f: bce(r, realLabel) + bce(f, fakeLabel), lambda r, f: bce(f, generatorLabel)


def least_squares(fakeLabel=0.0, realLabel=1.0, generatorLabel=1.0, scale=0.5):
    return (
        lambda r, f: scale * mse(r, realLabel) + scale * mse(f, fakeLabel),
        lambda r, f: scale * mse(f, generatorLabel),
    )


def wasserstein():
    return lambda r, f: f.mean() - r.mean(), lambda r, f: -f.mean()


def hinge(margin=1.0):
    return (
        lambda r, f: F.relu(margin - r).mean() + F.relu(margin + f).mean(),
        lambda r, f: -f.mean(),
    )


def relativistic_average(realLabel=1.0, fakeLabel=0.0, generatorLabel=1.0, scale=1.0):
    return (
        lambda r, f: scale * (bce(r - f.mean(), realLabel) + bce(f - r.mean(), fakeLabel)),
        lambda r, f: scale
        * (bce(r - f.mean(), 1 - generatorLabel) + bce(f - r.mean(), generatorLabel)),
    )


ADVERSARIAL = [
    ("minimax", minimax, [{}, {"realLabel": 0.9}, {"realLabel": 0.9, "fakeLabel": 0.1}]),
    (
        "nonSaturating",
        non_saturating,
        [
            {},
            {"realLabel": 0.9},
            {"realLabel": 0.9, "fakeLabel": 0.1},
            {"realLabel": 0.875, "generatorLabel": 0.7},
        ],
    ),
    (
        "leastSquares",
        least_squares,
        [
            {},
            {"scale": 1.0},
            {"fakeLabel": -1.0, "realLabel": 1.0, "generatorLabel": 0.0},
            {"fakeLabel": 0.1, "realLabel": 0.9, "generatorLabel": 0.8, "scale": 2.0},
        ],
    ),
    ("wasserstein", wasserstein, [{}]),
    ("hinge", hinge, [{}, {"margin": 0.25}]),
    (
        "relativisticAverage",
        relativistic_average,
        [{}, {"scale": 0.5}, {"realLabel": 0.9, "fakeLabel": 0.1, "generatorLabel": 0.8}],
    ),
]


def value_and_gradients(loss, inputs):
    inputs = [x.double().requires_grad_() for x in inputs]
    value = loss(*inputs)
    gradients = torch.autograd.grad(value, inputs, allow_unused=True)
    zeros = [torch.zeros_like(x) for x in inputs]
    return {
        "value": value.item(),
        "gradients": [
            (zero if g is None else g).flatten().tolist() for g, zero in zip(gradients, zeros)
        ],
    }


def adversarial_cases():
    for factory, make, settings in ADVERSARIAL:
        for options in settings:
            discriminator, generator_loss = make(**options)
            for batch, logits in LOGITS.items():
                yield {
                    "factory": factory,
                    "options": options,
                    "batch": batch,
                    "discriminator": value_and_gradients(discriminator, logits),
                    "generator": value_and_gradients(generator_loss, logits),
                }


# the last elements agree exactly: there the slope of |x| is 0
TARGET = normal(2, 3, 2, 1)
PREDICTION = TARGET + normal(2, 3, 2, 1, spread=0.5)
PREDICTION[1, 2] = TARGET[1, 2]


def reconstruction_cases():
    for name, function in (("l1", F.l1_loss), ("l2", F.mse_loss)):
        for reduction in ("mean", "sum"):
            yield {
                "name": name,
                "reduction": reduction,
                **value_and_gradients(
                    lambda t, p: function(p, t, reduction=reduction), (TARGET, PREDICTION)
                ),
            }
        none = function(PREDICTION.double(), TARGET.double(), reduction="none")
        yield {"name": name, "reduction": "none", "values": none.flatten().tolist()}


def tensor(x):
    return {"shape": list(x.shape), "data": x.flatten().tolist()}


fixture = {
    "meta": {
        "generator": "tools/parity/losses.py",
        "versions": {"torch": torch.__version__},
        "dtype": "inputs float32, computed in float64",
        "seed": SEED,
        "note": "gradients are those of [real, fake] and of [target, prediction]",
    },
    "logits": {
        name: {"real": tensor(real), "fake": tensor(fake)} for name, (real, fake) in LOGITS.items()
    },
    "adversarial": list(adversarial_cases()),
    "images": {"target": tensor(TARGET), "prediction": tensor(PREDICTION)},
    "reconstruction": list(reconstruction_cases()),
}

path = pathlib.Path(__file__).parents[2] / "test/parity/fixtures/losses.json"
path.write_text(json.dumps(fixture, indent=1) + "\n")
print(path.name, path.stat().st_size, "bytes")
