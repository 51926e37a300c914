"""The networks of gan-kit's DCGAN in PyTorch: for 28x28 those of the TensorFlow tutorial, for other sizes
those of the paper."""

import torch
import torch.nn.functional as F
from hashed import fill
from padding import same
from torch import nn

KERNEL = 5
LATENTS = 100


class UpConvolution(nn.Module):
    """Transposed, padding 'same': the input gradient of a convolution, cropped."""

    def __init__(self, inputs, outputs, stride, bias=False):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs, KERNEL, KERNEL))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.stride = stride

    def forward(self, x):
        size = x.shape[-1] * self.stride
        first = same(size, KERNEL, self.stride)[0]
        y = F.conv_transpose2d(x, self.weight, self.bias, stride=self.stride)
        return y[..., first : first + size, first : first + size]


class DownConvolution(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, KERNEL, KERNEL))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        before, after = same(x.shape[-1], KERNEL, 2)
        return F.conv2d(F.pad(x, (before, after) * 2), self.weight, self.bias, stride=2)


class ToImage(nn.Module):
    """Reshapes to [size, size, channels] as gan-kit does, which has channels last."""

    def __init__(self, size, channels):
        super().__init__()
        self.shape = (-1, size, size, channels)

    def forward(self, x):
        return x.reshape(self.shape).permute(0, 3, 1, 2)


class Flatten(nn.Module):
    def forward(self, x):
        return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)


def halvings(size):
    """Halves a size until 7 or less is left."""
    count = 0
    while size > 7 and size % 2 == 0:
        size, count = size // 2, count + 1
    return size, count


def generator(image):
    size, _, colours = image
    base, count = halvings(size)
    if size == 28:
        return nn.Sequential(
            nn.Linear(LATENTS, 7 * 7 * 256, bias=False),
            nn.BatchNorm1d(7 * 7 * 256),
            nn.LeakyReLU(0.3),
            ToImage(7, 256),
            UpConvolution(256, 128, 1),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(0.3),
            UpConvolution(128, 64, 2),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(0.3),
            UpConvolution(64, colours, 2),
            nn.Tanh(),
        )
    channels = 128 * 2 ** (count - 1)
    layers = [
        nn.Linear(LATENTS, base * base * channels, bias=False),
        ToImage(base, channels),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
    ]
    for _ in range(count - 1):
        layers += [UpConvolution(channels, channels // 2, 2), nn.BatchNorm2d(channels // 2), nn.ReLU()]
        channels //= 2
    return nn.Sequential(*layers, UpConvolution(channels, colours, 2, bias=True), nn.Tanh())


def discriminator(image):
    size, _, channels = image
    base, count = halvings(size)
    layers = []
    for i in range(count):
        layers += [DownConvolution(channels, 64 * 2**i), nn.LeakyReLU(0.3 if size == 28 else 0.2)]
        channels = 64 * 2**i
    return nn.Sequential(*layers, Flatten(), nn.Linear(base * base * channels, 1))


@torch.no_grad()
def fill_weights(network, seed, he=False):
    """Kernels of the hash, seeded by place, with `he` up to the square root of 6 / inputs; scales are 1 and offsets 0."""
    for i, (name, parameter) in enumerate(network.named_parameters()):
        # kernels as gan-kit has them: [in, out]; [height, width, in, out], and of a transposed
        # convolution [height, width, out, in]
        if parameter.dim() == 1:
            if name.endswith("bias"):
                parameter.zero_()
            continue
        height_width, (first, second) = parameter.shape[2:], parameter.shape[:2]
        scale = (6 * first / parameter.numel()) ** 0.5 if he else 0.05
        values = fill([*height_width, second, first], seed + i, scale)
        parameter.copy_(values.T if values.dim() == 2 else values.permute(3, 2, 0, 1))


class SpectralNormalization:
    """PyTorch's, on all layers of a network, with power iteration once a step as gan-kit has it."""

    @torch.no_grad()
    def __init__(self, network):
        self.layers = [layer for layer in network if hasattr(layer, "weight")]
        for i, layer in enumerate(self.layers):
            rows, columns, *height_width = layer.weight.shape
            nn.utils.parametrizations.spectral_norm(layer)
            # gan-kit's v counts the columns as [height, width, in]; u follows from v
            v = fill([*height_width, columns], 400 + i, 1)
            norm = layer.parametrizations.weight[0]
            norm._v.copy_(v.permute(2, 0, 1).reshape(-1) if height_width else v)
            norm._power_method(layer.parametrizations.weight.original.reshape(rows, -1), 15)
            norm.eval()

    @torch.no_grad()
    def advance(self):
        for layer in self.layers:
            norm = layer.parametrizations.weight[0]
            norm.train()
            layer.weight  # computing it moves the vectors
            norm.eval()
