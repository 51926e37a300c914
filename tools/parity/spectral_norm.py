"""Fixtures for SpectralNormalization from torch.nn.utils.parametrizations.spectral_norm.

Run: python3 tools/parity/spectral_norm.py

Everything is computed in float64 from inputs that float32 holds exactly, so that a difference is
the library's own rounding. Weights, inputs and vectors are written in the layout of TensorFlow.js:
NHWC, kernels [kH, kW, in, out], and v in the order of the kernel's axes. u and v start at random,
not warmed up: with converged vectors the order of the two half steps would not show.
"""

import json
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

SEED = 20180216
OUT = pathlib.Path(__file__).parents[2] / "test" / "parity" / "fixtures" / "spectral_norm.json"
rng = np.random.default_rng(SEED)


def normal(*shape, scale=1.0):
    return torch.from_numpy((scale * rng.standard_normal(shape)).astype(np.float32)).double()


def flat(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().contiguous().flatten().tolist()]


def last(x):
    """Channels to the end, for inputs and outputs."""
    return x.movedim(1, -1)


class Kernel:
    """One normalised weight: `to` is its permutation to the layout of TensorFlow.js."""

    def __init__(self, name, module, to, dim=0, grouped=False):
        self.name, self.module, self.to, self.dim, self.grouped = name, module, to, dim, grouped

    def parameter(self):
        return self.module.parametrizations.weight.original

    def vectors(self):
        return self.module.parametrizations.weight[0]

    def lay(self, weight):
        if self.grouped is False:
            return weight.permute(self.to)
        # torch [in*m, 1, kH, kW] -> tfjs [kH, kW, in, m]
        rows, _, height, width = weight.shape
        return weight.permute(2, 3, 0, 1).reshape(height, width, self.grouped, rows // self.grouped)

    def lay_v(self, v):
        """v has torch's order of the axes other than dim; put them into the kernel's order."""
        shape = list(self.parameter().shape)
        rest = [axis for axis in range(len(shape)) if axis != self.dim]
        order = [rest.index(axis) for axis in self.to if axis != self.dim]
        return v.reshape([shape[axis] for axis in rest]).permute(order)

    def record(self):
        weight, (u, v) = self.parameter(), (self.vectors()._u, self.vectors()._v)
        matrix = weight.movedim(self.dim, 0).flatten(1)
        return {
            "u": flat(u),
            "v": flat(self.lay_v(v)),
            "sigma": float(f"{(u @ matrix @ v).item():.9g}"),
            **({} if weight.grad is None else {"gradient": flat(self.lay(weight.grad))}),
        }


class Separable(nn.Module):
    def __init__(self):
        super().__init__()
        self.depthwise = nn.Conv2d(2, 4, 2, groups=2, bias=False)
        self.pointwise = nn.Conv2d(4, 3, 1)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


CONV1, CONV2, CONV3 = (2, 1, 0), (2, 3, 1, 0), (2, 3, 4, 1, 0)
# name, tfjs layer and its options, module, kernels (name, attribute, permutation, dim, groups), input
CASES = [
    ("dense", {"units": 5}, lambda: nn.Linear(4, 5), [("kernel", "", (1, 0), 0, False)], (3, 4)),
    (
        "conv1d",
        {"filters": 4, "kernelSize": 3, "strides": 2},
        lambda: nn.Conv1d(3, 4, 3, stride=2),
        [("kernel", "", CONV1, 0, False)],
        (2, 3, 9),
    ),
    (
        "conv2d",
        {"filters": 4, "kernelSize": [3, 2], "strides": [2, 1]},
        lambda: nn.Conv2d(3, 4, (3, 2), stride=(2, 1)),
        [("kernel", "", CONV2, 0, False)],
        (2, 3, 5, 4),
    ),
    (
        "conv3d",
        {"filters": 3, "kernelSize": [2, 2, 1]},
        lambda: nn.Conv3d(2, 3, (2, 2, 1)),
        [("kernel", "", CONV3, 0, False)],
        (2, 2, 3, 3, 2),
    ),
    (
        "conv2dTranspose",
        {"filters": 3, "kernelSize": [3, 2], "strides": 2},
        lambda: nn.ConvTranspose2d(4, 3, (3, 2), stride=2),
        [("kernel", "", (2, 3, 1, 0), 1, False)],
        (2, 4, 2, 3),
    ),
    (
        "conv3dTranspose",
        {"filters": 3, "kernelSize": 2, "strides": 2},
        lambda: nn.ConvTranspose3d(2, 3, 2, stride=2),
        [("kernel", "", (2, 3, 4, 1, 0), 1, False)],
        (1, 2, 2, 1, 2),
    ),
    (
        "depthwiseConv2d",
        {"kernelSize": [3, 2], "depthMultiplier": 2},
        lambda: nn.Conv2d(3, 6, (3, 2), groups=3),
        [("depthwise_kernel", "", CONV2, 0, 3)],
        (2, 3, 4, 4),
    ),
    (
        "separableConv2d",
        {"filters": 3, "kernelSize": 2, "depthMultiplier": 2},
        Separable,
        [
            ("depthwise_kernel", "depthwise", CONV2, 0, 2),
            ("pointwise_kernel", "pointwise", CONV2, 0, False),
        ],
        (2, 2, 4, 3),
    ),
    (
        "embedding",
        {"inputDim": 6, "outputDim": 4},
        lambda: nn.Embedding(6, 4),
        [("embeddings", "", (0, 1), 0, False)],
        None,
    ),
]


def case(name, options, make, kernels, shape):
    model = make().double()
    x = torch.tensor([[0, 3, 5], [3, 1, 3]]) if shape is None else normal(*shape)
    second = torch.tensor([[2, 2, 0], [5, 4, 1]]) if shape is None else normal(*shape)
    start, bias = [], None
    for _, attribute, *_ in kernels:
        module = getattr(model, attribute) if attribute else model
        module.weight.data = normal(*module.weight.shape, scale=0.5)
        if getattr(module, "bias", None) is not None:
            bias = module.bias.data = normal(*module.bias.shape)
        spectral_norm(module)
        sn = module.parametrizations.weight[0]
        # unit length up to float32, so that both sides start from the very same numbers
        unit = lambda size: (lambda w: w / w.norm())(normal(size)).float().double()
        start.append((unit(sn._u.numel()), unit(sn._v.numel())))

    parts = [
        Kernel(weight, getattr(model, attribute) if attribute else model, to, dim, grouped)
        for weight, attribute, to, dim, grouped in kernels
    ]

    def restart():
        model.zero_grad(set_to_none=True)
        for part, (u, v) in zip(parts, start):
            part.vectors()._u, part.vectors()._v = u.clone(), v.clone()

    restart()
    fixture = {
        "layer": name,
        "options": options,
        "kernels": [
            {
                "weight": part.name,
                "shape": list(part.lay(part.parameter()).shape),
                "value": flat(part.lay(part.parameter())),
                **{key: value for key, value in part.record().items() if key in "uv"},
                "singularValues": np.linalg.svd(
                    part.parameter().detach().movedim(part.dim, 0).flatten(1).numpy(),
                    compute_uv=False,
                ).tolist(),
            }
            for part in parts
        ],
        "bias": None if bias is None else flat(bias),
    }

    lay = (lambda t: t) if shape is None or name == "dense" else last
    model.eval()
    y = model(x)
    outputs = normal(*y.shape)
    fixture["x"] = {"shape": list(lay(x).shape), "value": flat(lay(x)), "second": flat(lay(second))}
    fixture["y"] = {"shape": list(lay(y).shape), "weights": flat(lay(outputs))}

    def last_of(forwards):
        restart()
        model.train(forwards > 0)
        for _ in range(forwards - 1):
            model(x)
        leaf = x.clone().requires_grad_(shape is not None)
        y = model(leaf)
        (y * outputs).sum().backward()
        return {
            "forwards": forwards,
            "y": flat(lay(y)),
            **({} if leaf.grad is None else {"dx": flat(lay(leaf.grad))}),
            "kernels": [part.record() for part in parts],
        }

    fixture["after"] = [last_of(forwards) for forwards in (0, 1, 3)]

    # two forwards, each with its own u and v, then one backward: what a discriminator loss does
    restart()
    model.train()
    (((model(x) * outputs).sum() - (model(second) * outputs).sum())).backward()
    fixture["twoForwards"] = [part.record() for part in parts]

    restart()
    for part in parts:
        matrix = part.parameter().detach().movedim(part.dim, 0).flatten(1)
        part.vectors()._power_method(matrix, 15)
    fixture["warm"] = [part.record() for part in parts]
    return fixture


torch.manual_seed(SEED)
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(
    json.dumps(
        {
            "meta": {
                "generator": "tools/parity/spectral_norm.py",
                "versions": {"torch": torch.__version__, "numpy": np.__version__},
                "dtype": "float64 from float32 inputs",
                "seed": SEED,
                "note": "torch.nn.utils.parametrizations.spectral_norm, layouts of TensorFlow.js",
            },
            "cases": [case(*arguments) for arguments in CASES],
        }
    )
    + "\n"
)
print(f"{OUT.name}: {OUT.stat().st_size / 1024:.0f} kB")
