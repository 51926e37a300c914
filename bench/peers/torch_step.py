"""One update of the discriminator and one of the generator in PyTorch."""

import torch
import torch.nn.functional as F
from hashed import fill
from torch_networks import LATENTS, SpectralNormalization, discriminator, fill_weights, generator
from torch_residual import Critic, Generator

ADAM = {"lr": 2e-4, "betas": (0.5, 0.999), "eps": 1e-8}


def entropy(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


# by name: that of the discriminator, of real and fake logits, and that of the generator, of fake ones
LOSSES = {
    "non-saturating": (
        lambda real, fake: entropy(real, 1.0) + entropy(fake, 0.0),
        lambda fake: entropy(fake, 1.0),
    ),
    "hinge": (
        lambda real, fake: F.relu(1 - real).mean() + F.relu(1 + fake).mean(),
        lambda fake: -fake.mean(),
    ),
    "wasserstein": (lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean()),
}


class Step:
    def __init__(self, case):
        self.batch = case["batch"]
        self.latents = [torch.tensor(z).reshape(self.batch, LATENTS) for z in case["latents"]]
        height, width, channels = case["image"]
        real = fill([self.batch, height, width, channels], 7, 1)
        self.real = real.permute(0, 3, 1, 2).contiguous()
        width = case.get("residual")
        self.updates = 2 if width is None else 1
        if self.updates == 1:
            self.generator, self.discriminator = Generator(LATENTS, width, channels), Critic(width, channels)
        else:
            self.generator, self.discriminator = generator(case["image"]), discriminator(case["image"])
        fill_weights(self.generator, 100, he=width is not None)
        fill_weights(self.discriminator, 200, he=width is not None)
        spectral = case["normalization"] == "spectral"
        self.spectral = SpectralNormalization(self.discriminator) if spectral else None
        self.d_loss, self.g_loss = LOSSES[case["loss"]]
        self.weight = case.get("gradientPenalty")
        self.steps = 0
        self.optimizers = [
            torch.optim.Adam(network.parameters(), **ADAM)
            for network in (self.discriminator, self.generator)
        ]

    def penalty(self, fake):
        """That of WGAN-GP, at interpolates whose weights are of the hash."""
        alpha = fill([self.batch, 1, 1, 1], 300 + self.steps, 0.5).to(fake.device) + 0.5
        points = (self.real + alpha * (fake - self.real)).requires_grad_()
        score = self.discriminator(points).sum()
        (gradient,) = torch.autograd.grad(score, points, create_graph=True)
        norms = (gradient.square().sum((1, 2, 3)) + 1e-12).sqrt()
        return self.weight * (norms - 1).square().mean()

    def step(self, latents):
        d_optimizer, g_optimizer = self.optimizers
        if self.spectral is not None:
            self.spectral.advance()
        with torch.no_grad():
            fake = self.generator(latents[0])
        d_optimizer.zero_grad()
        # one pass for both, as no layer of this discriminator couples samples
        of_real, of_fake = self.discriminator(torch.cat([self.real, fake])).chunk(2)
        losses = [self.d_loss(of_real, of_fake)]
        if self.weight is not None:
            losses.append(self.penalty(fake))
        sum(losses).backward()
        d_optimizer.step()
        if self.updates == 1:
            self.steps += 1
            return [loss.item() for loss in losses]
        g_optimizer.zero_grad()
        for parameter in self.discriminator.parameters():
            parameter.requires_grad_(False)
        losses.append(self.g_loss(self.discriminator(self.generator(latents[1]))))
        losses[-1].backward()
        g_optimizer.step()
        for parameter in self.discriminator.parameters():
            parameter.requires_grad_(True)
        self.steps += 1
        return [loss.item() for loss in losses]

    def networks(self):
        return [self.generator, self.discriminator]

    def run(self):
        self.step([torch.randn(self.batch, LATENTS, device=self.real.device) for _ in range(self.updates)])

    def fingerprint(self):
        z, updates = self.latents, self.updates
        return [loss for k in range(0, len(z), updates) for loss in self.step(z[k : k + updates])]
