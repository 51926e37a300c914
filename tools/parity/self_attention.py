"""Writes test/parity/fixtures/self_attention.json: self-attention by torch-mimicry and by its equations.

    python3 -m pip install --no-deps --target path/to/mimicry torch-mimicry==0.1.16
    python3 tools/parity/self_attention.py path/to/mimicry

mimicry's SelfAttention is run, with and without spectral normalization. It has neither another number of
channels nor attention without pooling: for these the equations are computed, which are first compared with
mimicry where it has the case. All is computed in float64 from inputs that float32 holds exactly. Inputs, outputs and
weights are written in the layout of TensorFlow.js. `gradients` are those of sum(coefficients * output), in the input
and then in the weights; γ is not 0. `spectral` is in inference mode: u and v are given, and do not change.
"""

import argparse
import importlib
import json
import platform
from pathlib import Path

import torch
import torch.nn.functional as F
from mimicry import load_mimicry

SEED = 180508318
PATH = Path(__file__).parents[2] / "test/parity/fixtures/self_attention.json"
NAMES = ["theta", "phi", "g", "o"]


def normal(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).float().double()


def flat(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().contiguous().flatten().tolist()]


def last(x):
    return x.movedim(1, -1)


def ours(x):
    """A weight in the layout of TensorFlow.js: kernels (out, in, 1, 1) to [1, 1, in, out]."""
    return x.permute(2, 3, 1, 0) if x.ndim == 4 else x


def equations(x, theta, phi, g, o, gamma, pooling=True):
    """Returns y and A, of NCHW inputs and PyTorch's kernels."""
    def keys(kernel):
        y = F.conv2d(x, kernel)
        return (F.max_pool2d(y, 2) if pooling else y).flatten(2)

    scores = torch.einsum("ncq,nck->nqk", F.conv2d(x, theta).flatten(2), keys(phi))
    attention = torch.softmax(scores, 2)
    attended = torch.einsum("nqk,nck->ncq", attention, keys(g))
    attended = attended.reshape(x.shape[0], -1, *x.shape[2:])
    return x + gamma * F.conv2d(attended, o), attention


def mimicry(x, theta, phi, g, o, gamma):
    layer = SelfAttention(x.shape[1], spectral_norm=False).double()
    weights = {f"{name}.weight": w for name, w in zip(NAMES, [theta, phi, g, o])}
    return torch.func.functional_call(layer, {**weights, "gamma": gamma}, (x,))


def case(options, shape):
    """The shape is NCHW."""
    channels = shape[1]
    key = max(1, channels // options.get("keyDivisor", 8))
    value = max(1, channels // options.get("valueDivisor", 2))
    x = normal(*shape) + torch.linspace(-1, 1, channels, dtype=torch.float64)[:, None, None]
    x = x.float().double()
    weights = [
        normal(key, channels, 1, 1, scale=0.8),
        normal(key, channels, 1, 1, scale=0.8),
        normal(value, channels, 1, 1, scale=0.8),
        normal(channels, value, 1, 1, scale=0.8),
        torch.tensor(0.625, dtype=torch.float64),
    ]
    inputs = [one.requires_grad_() for one in [x, *weights]]
    y, attention = equations(*inputs, pooling=options.get("pooling", True))
    if options == {}:
        theirs = mimicry(*inputs)
        assert torch.allclose(theirs, y, rtol=1e-12, atol=1e-12)
        y = theirs
    coefficients = normal(*y.shape)
    gx, *gradients = torch.autograd.grad((y * coefficients).sum(), inputs)
    return {
        "layer": "selfAttention",
        "options": options,
        "shape": list(last(x).shape),
        "x": flat(last(x)),
        "weights": [{"shape": list(ours(w).shape), "value": flat(ours(w))} for w in weights],
        "output": {"shape": list(last(y).shape), "value": flat(last(y))},
        "coefficients": flat(last(coefficients)),
        "gradients": [flat(last(gx)), *(flat(ours(one)) for one in gradients)],
        "map": {"shape": list(attention.shape), "value": flat(attention)},
    }


def spectral(shape):
    layer = SelfAttention(shape[1]).eval()
    with torch.no_grad():
        layer.gamma.fill_(-0.75)
    layer.double()
    x = normal(*shape).requires_grad_()
    y = layer(x)
    coefficients = normal(*y.shape)
    parameters = [getattr(layer, name).weight_orig for name in NAMES] + [layer.gamma]
    gx, *gradients = torch.autograd.grad((y * coefficients).sum(), [x, *parameters])
    vectors = [
        getattr(getattr(layer, name), f"weight_{letter}") for name in NAMES for letter in "uv"
    ]
    return {
        "shape": list(last(x).shape),
        "x": flat(last(x)),
        "weights": [
            {"shape": list(ours(w).shape), "value": flat(ours(w))} for w in parameters + vectors
        ],
        "output": {"value": flat(last(y))},
        "coefficients": flat(last(coefficients)),
        "gradients": [flat(last(gx)), *(flat(ours(one)) for one in gradients)],
    }


parser = argparse.ArgumentParser()
parser.add_argument("mimicry", type=Path, help="where torch-mimicry 0.1.16 is installed")
load_mimicry(parser.parse_args().mimicry)
SelfAttention = importlib.import_module("torch_mimicry.modules.layers").SelfAttention
torch.manual_seed(SEED)
fixture = {
    "meta": {
        "generator": "tools/parity/self_attention.py",
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "torch-mimicry": "0.1.16",
        },
        "dtype": "float64 from float32 inputs",
        "seed": SEED,
        "note": "layouts of TensorFlow.js; gradients of sum(coefficients * output)",
    },
    "cases": [
        case({}, (2, 17, 4, 2)),
        case({"pooling": False, "keyDivisor": 2, "valueDivisor": 1}, (2, 4, 3, 2)),
        case({"keyDivisor": 3, "valueDivisor": 4}, (1, 2, 2, 4)),
    ],
    "spectral": spectral((1, 8, 2, 4)),
}
PATH.write_text(json.dumps(fixture) + "\n")
print(f"{PATH.name}: {PATH.stat().st_size / 1024:.0f} kB")
