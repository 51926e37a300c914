"""Writes test/parity/fixtures/label_layers.json: the layers that take labels, by PyTorch.

    python3 tools/parity/label_layers.py

Conditional batch normalization is torch.nn.functional.batch_norm without its affine part, then a row of a table of
scales and one of offsets; the projection is a linear layer and an embedding, as in kwotsin/mimicry (a7fda06),
modules/layers.py and nets/cgan_pd/cgan_pd_32.py. All is computed in float64 from inputs that float32 holds exactly, and
written in the layout of TensorFlow.js. `gradients` are those of sum(coefficients * output), in x and then in the
weights. `labels` are numbers of classes, or weights of the classes.
"""

import json
import platform
from pathlib import Path

import torch
from torch.nn import functional as F

SEED = 1802
PATH = Path(__file__).parents[2] / "test/parity/fixtures/label_layers.json"


def normal(*shape, scale=1.0, mean=0.0):
    return (torch.randn(*shape) * scale + mean).float().double()


def flat(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().contiguous().flatten().tolist()]


def encoded(tensor):
    return {"shape": list(tensor.shape), "value": flat(tensor)}


def rows_of(labels, table):
    return F.embedding(labels, table) if labels.dtype == torch.int64 else labels @ table


def case(layer, options, function, x, labels, weights):
    x.requires_grad_()
    for weight in weights:
        weight.requires_grad_()
    y = function(x, labels, *weights)
    coefficients = normal(*y.shape)
    gradients = torch.autograd.grad((y * coefficients).sum(), [x, *weights])
    return {
        "layer": layer,
        "options": options,
        "shape": list(x.shape),
        "x": flat(x),
        "labels": encoded(labels),
        "weights": [encoded(weight) for weight in weights],
        "output": encoded(y),
        "coefficients": flat(coefficients),
        "gradients": [flat(gradient) for gradient in gradients],
    }


def normalization(labels, classes, shape, epsilon=1e-5, momentum=0.9):
    """The shape is NHWC."""
    channels = shape[-1]
    mean, variance = torch.zeros(channels).double(), torch.ones(channels).double()

    def function(x, labels, gamma, beta, training=True):
        places = [1] * (x.dim() - 2)
        shaped = lambda rows: rows.reshape(len(x), *places, channels)
        y = F.batch_norm(
            x.movedim(-1, 1), mean, variance, training=training, momentum=1 - momentum, eps=epsilon
        ).movedim(1, -1)
        return shaped(rows_of(labels, gamma)) * y + shaped(rows_of(labels, beta))

    x = normal(*shape, scale=1.7) + torch.arange(channels).double()
    weights = [normal(classes, channels, scale=0.4, mean=1), normal(classes, channels)]
    options = {"classes": classes, "epsilon": epsilon, "momentum": momentum}
    made = case("conditionalBatchNormalization", options, function, x, labels, weights)
    return {
        **made,
        "evaluation": flat(function(x, labels, *weights, training=False)),
        "runningMean": flat(mean),
        "runningVariance": flat(variance),
    }


def projection(labels, classes, features, bias=True):
    def function(h, labels, kernel, *rest):
        y = h @ kernel + (rows_of(labels, rest[-1]) * h).sum(1, keepdim=True)
        return y + rest[0] if bias else y

    h = normal(len(labels), features)
    weights = [normal(features, 1), *([normal(1)] if bias else []), normal(classes, features)]
    return case("projection", {"classes": classes, "useBias": bias}, function, h, labels, weights)


def soft(count, classes):
    weights = torch.rand(count, classes)
    return (weights / weights.sum(1, keepdim=True)).float().double()


torch.manual_seed(SEED)
fixture = {
    "meta": {
        "generator": "tools/parity/label_layers.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "dtype": "float64 from float32 inputs",
        "seed": SEED,
        "note": "layouts of TensorFlow.js; gradients of sum(coefficients * output)",
    },
    "cases": [
        normalization(torch.tensor([2, 0, 2, 1, 2]), 4, (5, 2, 3, 4)),
        normalization(torch.tensor([1, 0, 1, 1, 0, 1]), 2, (6, 3), epsilon=0.25, momentum=0.7),
        normalization(soft(3, 5), 5, (3, 1, 2, 2)),
        projection(torch.tensor([2, 0, 2, 1, 2]), 4, 3),
        projection(torch.tensor([0, 1]), 3, 5, bias=False),
        projection(soft(3, 2), 2, 4),
    ],
}
PATH.write_text(json.dumps(fixture) + "\n")
print(f"{PATH.name}: {PATH.stat().st_size / 1024:.0f} kB")
