"""CycleGAN and pix2pix in PyTorch: the networks of their authors' code, in full width, one image at a time."""

import torch
import torch.nn.functional as F
from hashed import fill
from torch import nn
from torch_networks import fill_weights
from torch_step import ADAM

WIDTH = 64


def norm_of(kind, channels):
    return nn.BatchNorm2d(channels) if kind == "batch" else nn.InstanceNorm2d(channels)


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        half = lambda: [
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
        ]
        self.block = nn.Sequential(*half(), nn.ReLU(), *half())

    def forward(self, x):
        return x + self.block(x)


def resnet(blocks=9):
    layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, WIDTH, 7), nn.InstanceNorm2d(WIDTH), nn.ReLU()]
    for channels in (WIDTH, 2 * WIDTH):
        layers += [nn.Conv2d(channels, 2 * channels, 3, 2, 1), nn.InstanceNorm2d(2 * channels), nn.ReLU()]
    layers += [Residual(4 * WIDTH) for _ in range(blocks)]
    for channels in (4 * WIDTH, 2 * WIDTH):
        half = channels // 2
        layers += [nn.ConvTranspose2d(channels, half, 3, 2, 1, 1), nn.InstanceNorm2d(half), nn.ReLU()]
    return nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(WIDTH, 3, 7), nn.Tanh())


class Level(nn.Module):
    """What lies below one skip connection of a U-Net, and the connection itself."""

    def __init__(self, outside, inside, below):
        super().__init__()
        down = nn.Conv2d(outside, inside, 4, 2, 1, bias=False)
        inner = [] if below is None else [nn.BatchNorm2d(inside), below]
        up = nn.ConvTranspose2d(inside if below is None else 2 * inside, outside, 4, 2, 1, bias=False)
        self.level = nn.Sequential(
            nn.LeakyReLU(0.2), down, *inner, nn.ReLU(), up, nn.BatchNorm2d(outside)
        )

    def forward(self, x):
        return torch.cat([x, self.level(x)], 1)


def unet(downsamplings=8):
    below = None
    widths = [min(8, 2**i) * WIDTH for i in range(downsamplings)]
    for outside, inside in reversed(list(zip(widths, widths[1:]))):
        below = Level(outside, inside, below)
    return nn.Sequential(
        nn.Conv2d(3, WIDTH, 4, 2, 1, bias=False),
        below,
        nn.ReLU(),
        nn.ConvTranspose2d(2 * WIDTH, 3, 4, 2, 1),
        nn.Tanh(),
    )


def patches(inputs, kind, layers=3):
    parts = [nn.Conv2d(inputs, WIDTH, 4, 2, 1), nn.LeakyReLU(0.2)]
    channels = WIDTH
    for i in range(1, layers + 1):
        wider = min(8, 2**i) * WIDTH
        stride = 1 if i == layers else 2
        convolution = nn.Conv2d(channels, wider, 4, stride, 1, bias=kind == "instance")
        parts += [convolution, norm_of(kind, wider), nn.LeakyReLU(0.2)]
        channels = wider
    return nn.Sequential(*parts, nn.Conv2d(channels, 1, 4, 1, 1))


def image(size, seed):
    return fill([1, size, size, 3], seed, 1).permute(0, 3, 1, 2).contiguous()


def filled(networks):
    for i, network in enumerate(networks):
        fill_weights(network, 100 * (i + 1))
    return networks


def adam(*networks):
    return torch.optim.Adam([p for network in networks for p in network.parameters()], **ADAM)


def hold(networks, fixed):
    for network in networks:
        for parameter in network.parameters():
            parameter.requires_grad_(not fixed)


class Translate:
    def __init__(self, size):
        self.networks = filled([resnet()])
        (self.generator,) = self.networks
        self.image = image(size, 7)

    @torch.no_grad()
    def step(self):
        return self.generator(self.image).permute(0, 2, 3, 1).flatten()[::997].tolist()


class Pix2Pix:
    def __init__(self, size):
        self.a, self.b = image(size, 7), image(size, 8)
        self.networks = filled([unet(), patches(6, "batch")])
        self.optimizers = [adam(network) for network in self.networks]

    def step(self):
        (generator, discriminator), (g_optimizer, d_optimizer) = self.networks, self.optimizers
        entropy = lambda logits, label: F.binary_cross_entropy_with_logits(
            logits, torch.full_like(logits, label)
        )
        fake = generator(self.a)
        d_optimizer.zero_grad()
        of_fake = discriminator(torch.cat([self.a, fake.detach()], 1))
        of_real = discriminator(torch.cat([self.a, self.b], 1))
        d_loss = (entropy(of_real, 1.0) + entropy(of_fake, 0.0)) / 2
        d_loss.backward()
        d_optimizer.step()
        hold([discriminator], True)
        g_optimizer.zero_grad()
        adversarial = entropy(discriminator(torch.cat([self.a, fake], 1)), 1.0)
        distance = 100 * F.l1_loss(fake, self.b)
        (adversarial + distance).backward()
        g_optimizer.step()
        hold([discriminator], False)
        return [loss.item() for loss in (d_loss, adversarial, distance)]


class CycleGAN:
    def __init__(self, size):
        self.a, self.b = image(size, 7), image(size, 8)
        self.networks = filled([resnet(), resnet(), patches(3, "instance"), patches(3, "instance")])
        ab, ba, of_a, of_b = self.networks
        self.optimizers = [adam(ab, ba), adam(of_a, of_b)]

    def step(self):
        ab, ba, of_a, of_b = self.networks
        a, b = self.a, self.b
        square = lambda logits, label: (logits - label).square().mean()
        fake_b, fake_a = ab(a), ba(b)
        hold([of_a, of_b], True)
        self.optimizers[0].zero_grad()
        losses = [
            square(of_b(fake_b), 1),
            square(of_a(fake_a), 1),
            10 * F.l1_loss(ba(fake_b), a),
            10 * F.l1_loss(ab(fake_a), b),
            5 * F.l1_loss(ba(a), a),
            5 * F.l1_loss(ab(b), b),
        ]
        sum(losses).backward()
        self.optimizers[0].step()
        hold([of_a, of_b], False)
        self.optimizers[1].zero_grad()
        for critic, real, fake in ((of_a, a, fake_a), (of_b, b, fake_b)):
            losses.append((square(critic(real), 1) + square(critic(fake.detach()), 0)) / 2)
        (losses[-2] + losses[-1]).backward()
        self.optimizers[1].step()
        return [loss.item() for loss in losses]


TASKS = {"translate": Translate, "pix2pix": Pix2Pix, "cyclegan": CycleGAN}


class Translation:
    def __init__(self, case):
        self.task = TASKS[case["task"]](case["size"])

    def networks(self):
        return self.task.networks

    def run(self):
        self.task.step()

    def fingerprint(self):
        return self.task.step()
