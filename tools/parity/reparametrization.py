"""Fixtures for weightNormalization and equalizedLearningRate.

Run: python3 tools/parity/reparametrization.py

Weight normalization is torch.nn.utils.parametrizations.weight_norm with its default dim. Equalized
learning rate is what networks.py of tkarras/progressive_growing_of_gans (commit 2504c3f) computes in
get_weight with use_wscale: std = gain / sqrt(fan_in), fan_in = prod(shape[:-1]) of a kernel
[kH, kW, in, out] or [in, out], and kernel² · in for the transposed [k, k, out, in]; w · std is used.

Everything is computed in float64 from inputs that float32 holds exactly, in the layouts of
TensorFlow.js.
"""

import json
import math
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

SEED = 20160225
OUT = pathlib.Path(__file__).parents[2] / "test" / "parity" / "fixtures" / "reparametrization.json"
rng = np.random.default_rng(SEED)


def normal(*shape, scale=1.0):
    return torch.from_numpy((scale * rng.standard_normal(shape)).astype(np.float32)).double()


def flat(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().contiguous().flatten().tolist()]


def record(tensor):
    return {"shape": list(tensor.shape), "value": flat(tensor)}


CONV1, CONV2, CONV3 = (2, 1, 0), (2, 3, 1, 0), (2, 3, 4, 1, 0)
# tfjs layer, its options, module, permutation of the kernel, groups, shape of the input
WEIGHT_NORM = [
    ("dense", {"units": 5}, lambda: nn.Linear(4, 5), (1, 0), 0, (3, 4)),
    ("conv1d", {"filters": 4, "kernelSize": 3}, lambda: nn.Conv1d(3, 4, 3), CONV1, 0, (2, 3, 6)),
    (
        "conv2d",
        {"filters": 4, "kernelSize": [3, 2], "strides": [2, 1]},
        lambda: nn.Conv2d(3, 4, (3, 2), stride=(2, 1)),
        CONV2,
        0,
        (2, 3, 5, 4),
    ),
    ("conv3d", {"filters": 3, "kernelSize": 2}, lambda: nn.Conv3d(2, 3, 2), CONV3, 0, (2, 2, 3, 3, 2)),
    (
        "conv2dTranspose",
        {"filters": 3, "kernelSize": [3, 2], "strides": 2},
        lambda: nn.ConvTranspose2d(4, 3, (3, 2), stride=2),
        CONV2,
        0,
        (2, 4, 2, 3),
    ),
    (
        "conv3dTranspose",
        {"filters": 3, "kernelSize": 2, "strides": 2},
        lambda: nn.ConvTranspose3d(2, 3, 2, stride=2),
        CONV3,
        0,
        (1, 2, 2, 1, 2),
    ),
    (
        "depthwiseConv2d",
        {"kernelSize": [3, 2], "depthMultiplier": 2},
        lambda: nn.Conv2d(3, 6, (3, 2), groups=3),
        CONV2,
        3,
        (2, 3, 4, 4),
    ),
    ("embedding", {"inputDim": 6, "outputDim": 4}, lambda: nn.Embedding(6, 4), (0, 1), 0, None),
]


def last(x):
    return x.movedim(1, -1) if x.dim() > 2 else x


def weight_norm_case(name, options, make, to, groups, shape):
    module = make().double()
    module.weight.data = normal(*module.weight.shape, scale=0.5)
    bias = getattr(module, "bias", None)
    if bias is not None:
        bias.data = normal(*bias.shape)
    weight_norm(module)
    g = module.parametrizations.weight.original0
    v = module.parametrizations.weight.original1
    start = g.detach().clone()
    g.data = normal(*g.shape)
    lay_x = (lambda t: t) if shape is None else last

    def lay(weight):
        if groups == 0:
            return weight.permute(to)
        rows, _, height, width = weight.shape
        return weight.permute(2, 3, 0, 1).reshape(height, width, groups, rows // groups)

    x = torch.tensor([[0, 3, 5], [3, 1, 3]]) if shape is None else normal(*shape).requires_grad_()
    y = module(x)
    y = y if shape is None else last(y)
    outputs = normal(*y.shape)
    (y * outputs).sum().backward()
    return {
        "layer": name,
        "options": options,
        "x": record(lay_x(x)),
        "v": record(lay(v)),
        "bias": None if bias is None else record(bias),
        "start": flat(start),
        "g": flat(g),
        "y": record(y),
        "outputs": flat(outputs),
        "gradients": {
            **({} if shape is None else {"x": flat(lay_x(x.grad))}),
            "v": flat(lay(v.grad)),
            "g": flat(g.grad),
        },
    }


def dense(x, w):
    return x @ w


def conv2d(x, w):  # [kH, kW, in, out], 'same'
    y = F.conv2d(x.movedim(-1, 1), w.permute(3, 2, 0, 1), padding=w.shape[0] // 2)
    return y.movedim(1, -1)


def transposed(x, w):  # [k, k, out, in], 'same', stride 2, as tf.nn.conv2d_transpose
    y = F.conv_transpose2d(x.movedim(-1, 1), w.permute(3, 2, 0, 1), stride=2, padding=1)
    return y.movedim(1, -1)


EQUALIZED = [
    ("dense", {"units": 3, "useBias": False}, dense, (6, 3), 1.0, (2, 6)),
    (
        "conv2d",
        {"filters": 3, "kernelSize": 3, "padding": "same", "useBias": False},
        conv2d,
        (3, 3, 2, 3),
        math.sqrt(2),
        (2, 4, 3, 2),
    ),
    (
        "conv2dTranspose",
        {"filters": 3, "kernelSize": 4, "strides": 2, "padding": "same", "useBias": False},
        transposed,
        (4, 4, 3, 2),
        math.sqrt(2),
        (1, 3, 2, 2),
    ),
]


def equalized_case(name, options, call, shape, gain, of_x):
    fan_in = shape[0] * shape[1] * shape[3] if name == "conv2dTranspose" else np.prod(shape[:-1])
    w = normal(*shape).requires_grad_()
    x = normal(*of_x).requires_grad_()
    y = call(x, w * (gain / math.sqrt(fan_in)))
    outputs = normal(*y.shape)
    (y * outputs).sum().backward()
    return {
        "layer": name,
        "options": options,
        "gain": gain,
        "x": record(x),
        "w": record(w),
        "y": record(y),
        "outputs": flat(outputs),
        "gradients": {"x": flat(x.grad), "w": flat(w.grad)},
    }


torch.manual_seed(SEED)
OUT.write_text(
    json.dumps(
        {
            "meta": {
                "generator": "tools/parity/reparametrization.py",
                "versions": {"torch": torch.__version__, "numpy": np.__version__},
                "dtype": "float64 from float32 inputs",
                "seed": SEED,
            },
            "weightNorm": [weight_norm_case(*one) for one in WEIGHT_NORM],
            "equalized": [equalized_case(*one) for one in EQUALIZED],
        }
    )
    + "\n"
)
print(f"{OUT.name}: {OUT.stat().st_size / 1024:.0f} kB")
