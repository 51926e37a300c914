"""The networks of BEGAN as carpedm20/BEGAN-tensorflow has them (722b3f1, models.py), for PyTorch.

TensorFlow 1 cannot run here, so this is a transcription. Maps are flattened in the order of the reference on a
CPU: height, width, channel. Its skip connections are the paper's (arXiv 1703.10717, figure 1), which the
reference does not have.
"""

import torch
from torch import nn
from torch.nn import functional as F


def convolution(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 3, padding=1)


class Decoder(nn.Module):
    def __init__(self, latents, n, size, channels, skips):
        super().__init__()
        self.n, self.skips = n, skips
        sizes = size.bit_length() - 3
        self.first = nn.Linear(latents, 8 * 8 * n)
        self.convs = nn.ModuleList()
        for i in range(sizes):
            self.convs.append(convolution(2 * n if skips and i > 0 else n, n))
            self.convs.append(convolution(n, n))
        self.image = convolution(n, channels)

    def forward(self, z):
        first = x = self.first(z).reshape(-1, 8, 8, self.n).movedim(-1, 1)
        for i in range(0, len(self.convs), 2):
            if i > 0:
                x = F.interpolate(x, scale_factor=2, mode="nearest")
                if self.skips:
                    factor = x.shape[2] // 8
                    x = torch.cat([x, F.interpolate(first, scale_factor=factor, mode="nearest")], 1)
            x = F.elu(self.convs[i](x))
            x = F.elu(self.convs[i + 1](x))
        return self.image(x)


class Encoder(nn.Module):
    def __init__(self, latents, n, size, channels):
        super().__init__()
        sizes = size.bit_length() - 3
        layers, before = [convolution(channels, n), nn.ELU()], n
        for i in range(1, sizes + 1):
            layers += [convolution(before, i * n), nn.ELU(), convolution(i * n, i * n), nn.ELU()]
            if i < sizes:
                # TensorFlow's SAME at stride 2: one pixel at the right and at the bottom
                layers += [nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(i * n, i * n, 3, stride=2), nn.ELU()]
            before = i * n
        self.maps = nn.Sequential(*layers)
        self.code = nn.Linear(8 * 8 * before, latents)

    def forward(self, x):
        return self.code(self.maps(x).movedim(1, -1).flatten(1))


def generator(latents, n, size, channels, skips):
    return Decoder(latents, n, size, channels, skips)


def autoencoder(latents, n, size, channels, skips):
    return nn.Sequential(Encoder(latents, n, size, channels), Decoder(latents, n, size, channels, skips))
