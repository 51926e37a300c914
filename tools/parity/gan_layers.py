"""
Writes test/parity/fixtures/gan_layers.json: the layers of Progressive GAN and of Improved Techniques, by the
reference code.

    python3 tools/parity/gan_layers.py --zoo path/to/pytorch_GAN_zoo

pytorch_GAN_zoo (b75dee4) is run. The code of Karras et al., for TensorFlow 1, is transcribed
(tkarras/progressive_growing_of_gans at 2504c3f, networks.py:120-139; several features as in
NVlabs/stylegan2), and so is that of Salimans et al., for Theano (openai/improved-gan at 4f5d1ec,
mnist_svhn_cifar10/nn.py:132-170; virtual batch normalization of TensorFlow 1, imagenet/model.py:359-640). All is computed in float64 from inputs that float32 holds exactly. Inputs, outputs and
weights are written in the layout of TensorFlow.js. `gradients` are those of sum(coefficients * output),
in the input and then in the weights.
"""

import argparse
import importlib.util
import json
import platform
from pathlib import Path

import torch

SEED = 171010196
PATH = Path(__file__).parents[2] / "test/parity/fixtures/gan_layers.json"


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def normal(*shape, scale=1.0, mean=0.0):
    return (torch.randn(*shape) * scale + mean).float().double()


def flat(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().contiguous().flatten().tolist()]


def last(x):
    return x.movedim(1, -1)


def case(layer, options, function, shape):
    """One layer without weights and the function of x that it should equal; the shape is NCHW."""
    channels = torch.arange(shape[1], dtype=torch.float64).reshape(1, -1, *[1] * (len(shape) - 2))
    x = (normal(*shape, scale=1.7) + channels).requires_grad_()
    y = function(x)
    coefficients = normal(*y.shape)
    gradient = torch.autograd.grad((y * coefficients).sum(), x)[0]
    return {
        "layer": layer,
        "options": options,
        "shape": list(last(x).shape),
        "x": flat(last(x)),
        "weights": [],
        "output": {"shape": list(last(y).shape), "value": flat(last(y))},
        "coefficients": flat(last(coefficients)),
        "gradients": [flat(last(gradient))],
    }


def karras(group_size, features=1, epsilon=1e-8):
    """Sample n belongs to group n mod M; the standard deviation is the biased one."""

    def function(x):
        batch, channels, height, width = x.shape
        size = min(group_size, batch)
        y = x.reshape(size, -1, features, channels // features, height, width)
        y = y - y.mean(0, keepdim=True)
        y = (y.square().mean(0) + epsilon).sqrt()
        y = y.mean((2, 3, 4))
        y = y[:, :, None, None].tile(size, 1, height, width)
        return torch.cat([x, y], 1)

    return function


def discrimination(options, batch, features):
    """One minibatch layer with weights of its own."""
    kernels, dimensions = options["kernels"], options["dimensions"]
    x = normal(batch, features)
    theta = normal(features, kernels, dimensions, scale=0.7)
    scale = normal(kernels, dimensions, scale=0.3, mean=-1)
    bias = normal(kernels, mean=-1)
    weights = [theta]
    if options.get("weightNorm", True):
        weights.append(scale)
    if options.get("useBias", True):
        weights.append(bias)
    for tensor in (x, *weights):
        tensor.requires_grad_()
    w = theta
    if scale.requires_grad:
        w = theta * (scale.exp() / theta.square().sum(0).sqrt())
    activation = torch.tensordot(x, w, 1)
    differences = (activation[:, None] - activation[None]).abs().sum(-1)
    f = (-(differences + 1e6 * torch.eye(batch, dtype=torch.float64)[:, :, None])).exp().sum(1)
    if bias.requires_grad:
        f = f + bias
    y = torch.cat([x, f], 1)
    coefficients = normal(*y.shape)
    gradients = torch.autograd.grad((y * coefficients).sum(), [x, *weights])
    return {
        "layer": "minibatchDiscrimination",
        "options": options,
        "shape": [batch, features],
        "x": flat(x),
        "weights": [{"shape": list(one.shape), "value": flat(one)} for one in weights],
        "output": {"shape": list(y.shape), "value": flat(y)},
        "coefficients": flat(coefficients),
        "gradients": [flat(gradient) for gradient in gradients],
    }


def virtual(options, shape):
    """One virtual batch normalization with weights of its own; the shape is NCHW, with the reference."""
    size, epsilon = options["referenceSize"], options.get("epsilon", 1e-5)
    batch, channels = shape[:2]
    per_channel = (1, channels, *[1] * (len(shape) - 2))
    places = tuple(range(2, len(shape)))
    x = normal(*shape, scale=1.7, mean=1.5)
    gamma, beta = normal(channels, scale=0.3, mean=1), normal(channels, scale=0.5)
    weights = [w for w, name in ((gamma, "scale"), (beta, "center")) if options.get(name, True)]
    for tensor in (x, *weights):
        tensor.requires_grad_()

    def mean_of(x):
        return x.mean(places, keepdim=True) if places else x

    means, squares = mean_of(x), mean_of(x.square())
    of_reference, q_reference = means[:size].mean(0, keepdim=True), squares[:size].mean(0, keepdim=True)
    new = 1 / (size + 1)
    blend = torch.cat([torch.zeros(size), torch.full((batch - size,), new, dtype=torch.float64)])
    blend = blend.reshape(-1, *[1] * (len(shape) - 1))
    mean = blend * means + (1 - blend) * of_reference
    square = blend * squares + (1 - blend) * q_reference
    y = (x - mean) / (epsilon + square - mean.square()).sqrt()
    if gamma.requires_grad:
        y = y * gamma.reshape(per_channel)
    if beta.requires_grad:
        y = y + beta.reshape(per_channel)
    coefficients = normal(*y.shape)
    gradients = torch.autograd.grad((y * coefficients).sum(), [x, *weights])
    return {
        "layer": "virtualBatchNormalization",
        "options": options,
        "shape": list(last(x).shape),
        "x": flat(last(x)),
        "weights": [{"shape": list(one.shape), "value": flat(one)} for one in weights],
        "output": {"shape": list(last(y).shape), "value": flat(last(y))},
        "coefficients": flat(last(coefficients)),
        "gradients": [flat(last(gradients[0])), *(flat(one) for one in gradients[1:])],
    }


parser = argparse.ArgumentParser()
parser.add_argument("--zoo", type=Path, required=True)
zoo_path = parser.parse_args().zoo / "models/networks"
stddev = load(zoo_path / "mini_batch_stddev_module.py").miniBatchStdDev
pixel = load(zoo_path / "custom_layers.py").NormalizationLayer()

torch.manual_seed(SEED)
DEVIATION = "minibatchStandardDeviation"
OF_ZOO = {"grouping": "contiguous", "unbiased": True}
cases = [
    case("pixelNormalization", {}, pixel, (2, 3, 4, 5)),
    case("pixelNormalization", {"epsilon": 0.25}, lambda x: pixel(x, epsilon=0.25), (3, 4, 2, 1)),
    case("pixelNormalization", {}, pixel, (3, 7)),
    case(DEVIATION, {}, karras(4), (8, 3, 2, 3)),
    case(DEVIATION, {"groupSize": 3, "epsilon": 0.5}, karras(3, epsilon=0.5), (6, 2, 3, 1)),
    case(DEVIATION, {"groupSize": 2, "features": 3}, karras(2, features=3), (6, 6, 2, 1)),
    case(DEVIATION, {}, karras(4), (3, 2, 1, 2)),
    case(DEVIATION, {}, karras(4), (1, 2, 2, 2)),
    case(DEVIATION, OF_ZOO, stddev, (8, 3, 2, 3)),
    case(DEVIATION, OF_ZOO | {"groupSize": 3}, lambda x: stddev(x, 3), (6, 2, 3, 1)),
    case(DEVIATION, OF_ZOO, stddev, (6, 2, 1, 3)),
    case(DEVIATION, OF_ZOO, stddev, (3, 2, 1, 2)),
    case(DEVIATION, OF_ZOO, stddev, (1, 2, 2, 2)),
    discrimination({"kernels": 3, "dimensions": 2}, 4, 5),
    discrimination({"kernels": 2, "dimensions": 3, "weightNorm": False, "useBias": False}, 3, 2),
    virtual({"referenceSize": 4}, (6, 3)),
    virtual({"referenceSize": 3}, (5, 2, 3, 2)),
    virtual({"referenceSize": 2, "epsilon": 0.25, "scale": False}, (5, 3, 2, 1)),
    virtual({"referenceSize": 3, "center": False}, (3, 2, 1, 2)),
]
fixture = {
    "meta": {
        "generator": "tools/parity/gan_layers.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "references": {"pytorch_GAN_zoo": "b75dee4", "progressive_growing_of_gans": "2504c3f", "improved-gan": "4f5d1ec"},
        "dtype": "float64 from float32 inputs",
        "seed": SEED,
        "note": "layouts of TensorFlow.js; gradients of sum(coefficients * output)",
    },
    "cases": cases,
}
PATH.write_text(json.dumps(fixture) + "\n")
print(f"{PATH.name}: {PATH.stat().st_size / 1024:.0f} kB")
