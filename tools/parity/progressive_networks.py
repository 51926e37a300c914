"""The networks of Progressive GAN as tkarras/progressive_growing_of_gans has them (2504c3f, networks.py), for PyTorch.

TensorFlow 1 cannot run here, so this is a transcription, of the `recursive` structure with fused scaling. Weights
have the names and layouts of gan-kit: kernels [height, width, in, out], maps [height, width, channels].

At the end are those of facebookresearch/pytorch_GAN_zoo (b75dee4, models/networks), written anew with its names of
weights.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


def widths(size, base, most):
    """The channels of each stage, from 4 × 4 on."""
    stages = size.bit_length() - 2
    return [min(base // 2 ** (stage + 1), most) for stage in range(stages)]


def generator_shapes(size, channels, latents, base, most):
    of = widths(size, base, most)
    shapes = {"project/kernel": [latents, 16 * of[0]], "project_bias/bias": [of[0]]}
    shapes |= {"conv4/kernel": [3, 3, of[0], of[0]], "conv4/bias": [of[0]]}
    for stage, width in enumerate(of):
        r = 4 * 2**stage
        if stage > 0:
            for name, inputs in (("a", of[stage - 1]), ("b", width)):
                shapes |= {f"conv{r}_{name}/kernel": [3, 3, inputs, width], f"conv{r}_{name}/bias": [width]}
        shapes |= {f"image{r}/kernel": [1, 1, width, channels], f"image{r}/bias": [channels]}
    return shapes


def discriminator_shapes(size, channels, base, most):
    of, widest = widths(size, base, most), min(base, most)
    shapes = {}
    for stage, width in enumerate(of):
        r = 4 * 2**stage
        shapes |= {f"image{r}/kernel": [1, 1, channels, width], f"image{r}/bias": [width]}
        if stage > 0:
            for name, outputs in (("a", width), ("b", of[stage - 1])):
                shapes |= {f"conv{r}_{name}/kernel": [3, 3, width, outputs], f"conv{r}_{name}/bias": [outputs]}
    shapes |= {"conv4/kernel": [3, 3, of[0] + 1, of[0]], "conv4/bias": [of[0]]}
    shapes |= {"dense/kernel": [16 * of[0], widest], "dense/bias": [widest]}
    return shapes | {"logit/kernel": [widest, 1], "logit/bias": [1]}


def scaled(kernel, gain=math.sqrt(2)):
    return kernel * (gain / math.sqrt(math.prod(kernel.shape[:-1])))


def act(x):
    return torch.maximum(0.2 * x, x)


def pixel_norm(x):
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)


def upscale(x):
    return x.repeat_interleave(2, 2).repeat_interleave(2, 3)


def downscale(x, factor=2):
    return F.avg_pool2d(x, factor)


def lerp(a, b, t):
    return a + (b - a) * t


def summed(kernel):
    """The kernel [k, k, …] that a convolution by k and a box filter make together."""
    k = F.pad(kernel, (0, 0, 0, 0, 1, 1, 1, 1))
    return k[1:, 1:] + k[:-1, 1:] + k[1:, :-1] + k[:-1, :-1]


def conv(w, name, x, gain=math.sqrt(2)):
    kernel = scaled(w[f"{name}/kernel"], gain).permute(3, 2, 0, 1)
    return F.conv2d(x, kernel, w[f"{name}/bias"], padding=kernel.shape[2] // 2)


def upscale_conv(w, name, x):
    """As the reference stores it, [k, k, out, in], the kernel is rotated by half a turn."""
    kernel = summed(scaled(w[f"{name}/kernel"]).flip(0, 1).transpose(2, 3))
    return F.conv_transpose2d(x, kernel.permute(3, 2, 0, 1), w[f"{name}/bias"], stride=2, padding=1)


def conv_downscale(w, name, x):
    kernel = summed(scaled(w[f"{name}/kernel"])) * 0.25
    return F.conv2d(x, kernel.permute(3, 2, 0, 1), stride=2, padding=1) + w[f"{name}/bias"][:, None, None]


def minibatch_stddev(x, size=4):
    size = min(size, len(x))
    y = x.reshape(size, -1, *x.shape[1:])
    y = y - y.mean(0, keepdim=True)
    y = (y.square().mean(0) + 1e-8).sqrt().mean((1, 2, 3), keepdim=True)
    return torch.cat([x, y.repeat(size, 1, *x.shape[2:])], 1)


def generate(w, z, stage, t=0.0):
    """Images NCHW of a stage, with a part t of the stage before."""
    x = pixel_norm(z) @ scaled(w["project/kernel"], math.sqrt(2) / 4)
    x = x.reshape(len(z), 4, 4, -1).permute(0, 3, 1, 2)
    x = pixel_norm(act(x + w["project_bias/bias"][:, None, None]))
    x = before = pixel_norm(act(conv(w, "conv4", x)))
    for k in range(1, stage + 1):
        r, before = 4 * 2**k, x
        x = pixel_norm(act(upscale_conv(w, f"conv{r}_a", x)))
        x = pixel_norm(act(conv(w, f"conv{r}_b", x)))
    r = 4 * 2**stage
    image = conv(w, f"image{r}", x, 1)
    return image if t == 0 else lerp(image, upscale(conv(w, f"image{r // 2}", before, 1)), t)


def judge(w, images, stage, t=0.0):
    """Logits of images NCHW of a stage."""
    r = 4 * 2**stage
    x = act(conv(w, f"image{r}", images))
    for k in range(stage, 0, -1):
        x = act(conv(w, f"conv{4 * 2**k}_a", x))
        # the activation is behind the pooling, as it is in the reference
        x = act(conv_downscale(w, f"conv{4 * 2**k}_b", x))
        if k == stage and t > 0:
            x = lerp(x, act(conv(w, f"image{r // 2}", downscale(images))), t)
    x = act(conv(w, "conv4", minibatch_stddev(x)))
    x = x.permute(0, 2, 3, 1).flatten(1)
    x = act(x @ scaled(w["dense/kernel"]) + w["dense/bias"])
    return x @ scaled(w["logit/kernel"], 1) + w["logit/bias"]


class Scaled(nn.Module):
    """A layer of which the zoo scales what comes out, with the bias, by He's constant."""

    def __init__(self, module):
        super().__init__()
        self.module = module
        self.factor = math.sqrt(2 / math.prod(module.weight.shape[1:]))

    def forward(self, x):
        return self.module(x) * self.factor


def scaled_conv(inputs, outputs, size=3):
    return Scaled(nn.Conv2d(inputs, outputs, size, padding=size // 2))


def scaled_blocks(widths, inwards):
    """Two layers for each stage above the first; in the discriminator the second leads to the stage below."""
    return nn.ModuleList(
        nn.ModuleList(
            [scaled_conv(high, high), scaled_conv(high, low)]
            if inwards
            else [scaled_conv(low, high), scaled_conv(high, high)]
        )
        for low, high in zip(widths, widths[1:])
    )


def leaky(x):
    return F.leaky_relu(x, 0.2)


class ZooGenerator(nn.Module):
    """GNet after `addScale` for each width but the first; `t` is its alpha."""

    def __init__(self, latents, channels, widths):
        super().__init__()
        self.scaleLayers = scaled_blocks(widths, inwards=False)
        self.toRGBLayers = nn.ModuleList(scaled_conv(width, channels, 1) for width in widths)
        self.formatLayer = Scaled(nn.Linear(latents, 16 * widths[0]))
        self.groupScale0 = nn.ModuleList([scaled_conv(widths[0], widths[0])])

    def forward(self, z, t=0.0):
        x = leaky(self.formatLayer(pixel_norm(z))).reshape(len(z), -1, 4, 4)
        x = before = pixel_norm(leaky(self.groupScale0[0](pixel_norm(x))))
        for block in self.scaleLayers:
            before, x = x, upscale(x)
            for layer in block:
                x = pixel_norm(leaky(layer(x)))
        image = self.toRGBLayers[-1](x)
        return image if t == 0 else lerp(image, upscale(self.toRGBLayers[-2](before)), t)


class ZooDiscriminator(nn.Module):
    """DNet after `addScale` for each width but the first; `t` is its alpha, which it ignores at 8 × 8, and this not."""

    def __init__(self, channels, widths):
        super().__init__()
        self.scaleLayers = scaled_blocks(widths, inwards=True)
        self.fromRGBLayers = nn.ModuleList(scaled_conv(channels, width, 1) for width in widths)
        self.decisionLayer = Scaled(nn.Linear(widths[0], 1))
        dense = Scaled(nn.Linear(16 * widths[0], widths[0]))
        self.groupScaleZero = nn.ModuleList([scaled_conv(widths[0] + 1, widths[0]), dense])

    def forward(self, images, t=0.0):
        x = leaky(self.fromRGBLayers[-1](images))
        for k, block in enumerate(reversed(self.scaleLayers)):
            for layer in block:
                x = leaky(layer(x))
            x = downscale(x)
            if k == 0 and t > 0:
                x = lerp(x, leaky(self.fromRGBLayers[-2](downscale(images))), t)
        x = leaky(self.groupScaleZero[0](unbiased_stddev(x)))
        return self.decisionLayer(leaky(self.groupScaleZero[1](x.flatten(1))))


def unbiased_stddev(x, size=4):
    """The deviation within groups of neighbours, as one more channel; a batch that is no multiple is one group."""
    size = size if len(x) % size == 0 else len(x)
    y = x.reshape(-1, size, *x.shape[1:])
    y = (y.var(1) + 1e-8).sqrt().mean((1, 2, 3)).repeat_interleave(size)
    return torch.cat([x, y.reshape(-1, 1, 1, 1).expand(-1, 1, *x.shape[2:])], 1)
