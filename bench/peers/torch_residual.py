"""The residual networks of gan-kit's WGAN-GP for 32x32 in PyTorch, with their layers in its order."""

import torch.nn.functional as F
from torch import nn


def doubled(x):
    return F.interpolate(x, scale_factor=2, mode="nearest")


class UpBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a_norm = nn.BatchNorm2d(width)
        self.a = nn.Conv2d(width, width, 3, padding=1)
        self.b_norm = nn.BatchNorm2d(width)
        self.skip = nn.Conv2d(width, width, 1)
        self.b = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        hidden = self.a(doubled(F.relu(self.a_norm(x))))
        return self.b(F.relu(self.b_norm(hidden))) + doubled(self.skip(x))


class Generator(nn.Module):
    def __init__(self, latents, width, colours):
        super().__init__()
        self.project = nn.Linear(latents, 4 * 4 * width)
        self.blocks = nn.Sequential(*(UpBlock(width) for _ in range(3)))
        self.output_norm = nn.BatchNorm2d(width)
        self.output = nn.Conv2d(width, colours, 3, padding=1)

    def forward(self, z):
        # channels last, as gan-kit has them
        x = self.project(z).reshape(len(z), 4, 4, -1).permute(0, 3, 1, 2)
        return self.output(F.relu(self.output_norm(self.blocks(x)))).tanh()


class DownBlock(nn.Module):
    """The block at the image has no ReLU before its first convolution, and halves x before the 1x1 one."""

    def __init__(self, inputs, width, halved, first=False):
        super().__init__()
        self.halved, self.first = halved, first
        self.a = nn.Conv2d(inputs, width, 3, padding=1)
        self.b = nn.Conv2d(width, width, 3, padding=1)
        self.skip = nn.Conv2d(inputs, width, 1) if halved else nn.Identity()

    def pool(self, x):
        return F.avg_pool2d(x, 2) if self.halved else x

    def forward(self, x):
        hidden = self.a(x if self.first else F.relu(x))
        # the order of a 1x1 convolution and a mean does not matter; gan-kit convolves the smaller map
        return self.pool(self.b(F.relu(hidden))) + self.skip(self.pool(x))


class Critic(nn.Module):
    def __init__(self, width, colours):
        super().__init__()
        self.blocks = nn.Sequential(
            DownBlock(colours, width, True, first=True),
            DownBlock(width, width, True),
            DownBlock(width, width, False),
            DownBlock(width, width, False),
        )
        self.logit = nn.Linear(width, 1)

    def forward(self, x):
        return self.logit(F.relu(self.blocks(x)).mean((2, 3)))
