"""Writes test/parity/fixtures/translation_layers.json: the layers of image translation in PyTorch.

    python3 tools/parity/translation_layers.py

Computed in float64 from inputs that float32 holds exactly. Inputs, outputs and kernels are written in
the layout of TensorFlow.js: NHWC, [kH, kW, in, out] and, transposed, [kH, kW, out, in]. `gradients` are
those of sum(coefficients * output), in the input and then in the weights.
"""

import json
import platform
from pathlib import Path

import torch
from torch import nn

SEED = 160708022
PATH = Path(__file__).parents[2] / "test/parity/fixtures/translation_layers.json"


def normal(*shape, scale=1.0, mean=0.0):
    return (torch.randn(*shape) * scale + mean).double()


def flat(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().contiguous().flatten().tolist()]


def last(x):
    return x.movedim(1, -1)


def kernel(weight):
    """(out, in, kH, kW) -> [kH, kW, in, out], and (in, out, kH, kW) -> [kH, kW, out, in]."""
    return weight.permute(2, 3, 1, 0) if weight.dim() == 4 else weight


def case(layer, options, module, shape):
    """One layer of gan-kit and the module that it should equal; the shape is NCHW."""
    module = module.double()
    for name, parameter in module.named_parameters():
        scale, mean = (0.4, 1.0) if name == "weight" and parameter.dim() == 1 else (0.6, 0.0)
        parameter.data = normal(*parameter.shape, scale=scale, mean=mean)
    channels = torch.arange(shape[1], dtype=torch.float64).reshape(1, -1, *[1] * (len(shape) - 2))
    x = (normal(*shape, scale=1.7) + channels).float().double().requires_grad_()
    y = module(x)
    coefficients = normal(*y.shape)
    weights = dict(module.named_parameters())
    gradients = torch.autograd.grad((y * coefficients).sum(), [x, *weights.values()])
    return {
        "layer": layer,
        "options": options,
        "shape": list(last(x).shape),
        "x": flat(last(x)),
        "weights": [{"shape": list(kernel(w).shape), "value": flat(kernel(w))} for w in weights.values()],
        "output": {"shape": list(last(y).shape), "value": flat(last(y))},
        "coefficients": flat(last(coefficients)),
        "gradients": [flat(last(gradients[0])), *(flat(kernel(g)) for g in gradients[1:])],
    }


def transposed(kernel_size, filters, shape, strides=1, padding=0, output_padding=0, bias=True):
    options = {"filters": filters, "kernelSize": kernel_size, "strides": strides, "padding": padding}
    options |= {"outputPadding": output_padding, "useBias": bias}
    module = nn.ConvTranspose2d(shape[1], filters, kernel_size, strides, padding, output_padding, bias=bias)
    return case("conv2dTranspose", options, module, shape)


def reflection(padding, module, shape, **options):
    return case("reflectionPadding2d", {"padding": padding, **options}, module, shape)


torch.manual_seed(SEED)
cases = [
    case("instanceNormalization", {}, nn.InstanceNorm2d(3), (2, 3, 4, 5)),
    case("instanceNormalization", {"affine": True, "epsilon": 1e-3}, nn.InstanceNorm2d(4, eps=1e-3, affine=True), (3, 4, 2, 3)),
    case("instanceNormalization", {"affine": True}, nn.InstanceNorm1d(2, affine=True), (2, 2, 7)),
    reflection(1, nn.ReflectionPad2d(1), (2, 3, 4, 3)),
    reflection(3, nn.ReflectionPad2d(3), (1, 2, 4, 5)),
    reflection([[2, 0], [1, 3]], nn.ReflectionPad2d((1, 3, 2, 0)), (2, 1, 3, 5)),
    reflection(1, nn.ReplicationPad2d(1), (2, 2, 3, 1), mode="symmetric"),
    transposed(3, 4, (2, 3, 4, 3), strides=2, padding=1, output_padding=1),
    transposed(4, 2, (1, 3, 3, 4), strides=2, padding=1, bias=False),
    transposed(5, 3, (2, 2, 3, 2), strides=3, padding=2, output_padding=2),
    transposed(3, 2, (1, 2, 2, 3), padding=1),
    transposed(2, 3, (2, 2, 2, 3), strides=2),
    case("groupNormalization", {"groups": 2}, nn.GroupNorm(2, 6), (2, 6, 2, 3)),
    case("groupNormalization", {"groups": 1, "affine": False}, nn.GroupNorm(1, 3, affine=False), (2, 3, 3, 2)),
    case("groupNormalization", {"groups": 4, "epsilon": 1e-2}, nn.GroupNorm(4, 4, eps=1e-2), (3, 4, 3, 1)),
    case("groupNormalization", {"groups": 2}, nn.GroupNorm(2, 8), (4, 8)),
    case("pixelShuffle", {"factor": 2}, nn.PixelShuffle(2), (2, 12, 3, 2)),
    case("pixelShuffle", {"factor": 3}, nn.PixelShuffle(3), (1, 18, 2, 3)),
    case("upSampling2d", {}, nn.Upsample(scale_factor=2), (2, 3, 3, 2)),
    case("upSampling2d", {"interpolation": "bilinear"}, nn.Upsample(scale_factor=2, mode="bilinear"), (2, 2, 3, 4)),
    case("upSampling2d", {"interpolation": "bilinear"}, nn.Upsample(scale_factor=2, mode="bilinear"), (1, 1, 1, 2)),
]
fixture = {
    "meta": {
        "generator": "tools/parity/translation_layers.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "dtype": "float64 from float32 inputs",
        "seed": SEED,
        "note": "layouts of TensorFlow.js; gradients of sum(coefficients * output)",
    },
    "cases": cases,
}
PATH.write_text(json.dumps(fixture) + "\n")
print(f"{PATH.name}: {PATH.stat().st_size / 1024:.0f} kB")
