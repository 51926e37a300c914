"""One step of each system, in the order of gan-kit's: `step(players, optimizers, batch)` returns the losses."""

import random

import torch
import torch.nn.functional as F
from players import minimize


def entropy(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def least_squares(scale):
    return (
        lambda real, fake: scale * ((real - 1).square().mean() + fake.square().mean()),
        lambda fake: scale * (fake - 1).square().mean(),
    )


# by gan-kit's name: that of the discriminator, of real and fake logits, and that of the generator, of fake ones
LOSSES = {
    "nonsaturating": (
        lambda real, fake: entropy(real, 1.0) + entropy(fake, 0.0),
        lambda fake: entropy(fake, 1.0),
    ),
    "hinge": (
        lambda real, fake: F.relu(1 - real).mean() + F.relu(1 + fake).mean(),
        lambda fake: -fake.mean(),
    ),
    "wasserstein": (lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean()),
}


def losses_of(system, scale):
    """The pair of losses that a system's file names; `scale` is that of its least squares in gan-kit."""
    known = {**LOSSES, "leastsquares": least_squares(scale)}
    if system["loss"] not in known:
        raise SystemExit(f"the loss {system['loss']} is none of {', '.join(known)}")
    return known[system["loss"]]


def judge(discriminator, real, fake):
    """Logits of both: in one pass, unless the network couples the samples of a batch."""
    if discriminator.couples or real.shape != fake.shape:
        return discriminator(real), discriminator(fake)
    return discriminator(torch.cat([real, fake])).chunk(2)


class GAN:
    def __init__(self, system, options):
        self.of_critic, self.of_generator = losses_of(system, 0.5)
        self.critic_steps = system["criticSteps"]
        if system["packing"] != 1:
            raise SystemExit("packs of samples are not known here")

    def step(self, players, optimizers, batch, k):
        G, D = players["generator"], players["discriminator"]
        with torch.no_grad():
            fake = G.network(batch["latents"][0])
        D.advance()
        losses = {"discriminator": self.of_critic(*judge(D, batch["real"], fake))}
        minimize(optimizers["discriminator"], losses["discriminator"])
        if (k + 1) % self.critic_steps != 0:
            return losses
        G.advance()
        with D.still() as critic:
            losses["generator"] = self.of_generator(critic(G(batch["latents"][1])))
            minimize(optimizers["generator"], losses["generator"])
        return losses


class Pix2Pix:
    def __init__(self, system, options):
        self.of_critic, self.of_generator = losses_of(system, 0.5)
        self.weight, self.l1 = options.discriminator_weight, options.lambda_l1

    def step(self, players, optimizers, batch, k):
        G, D = players["generator"], players["discriminator"]
        a, b = batch["a"], batch["b"]
        G.advance()
        made = G(a)
        real, fake = torch.cat([a, b], 1), torch.cat([a, made], 1)
        D.advance()
        losses = {"discriminator": self.weight * self.of_critic(*judge(D, real, fake.detach()))}
        minimize(optimizers["discriminator"], losses["discriminator"])
        with D.still() as critic:
            losses["generator"] = self.of_generator(critic(fake))
            losses["l1"] = self.l1 * F.l1_loss(made, b)
            minimize(optimizers["generator"], losses["generator"], losses["l1"])
        return losses


class Pool:
    """Images that were made before, shown again; each process has its own."""

    def __init__(self, size):
        self.size, self.images = size, []

    def query(self, images):
        shown = []
        for image in images.detach():
            if len(self.images) < self.size:
                self.images.append(image)
            elif self.size > 0 and random.random() > 0.5:
                place = random.randrange(self.size)
                image, self.images[place] = self.images[place], image
            shown.append(image)
        return torch.stack(shown)


class CycleGAN:
    def __init__(self, system, options):
        self.of_critic, self.of_generator = losses_of(system, 1)
        self.weight, self.critic_steps = options.discriminator_weight, system["criticSteps"]
        self.cycle, self.identity = options.lambda_cycle, options.lambda_identity * options.lambda_cycle
        self.pools = {"a": Pool(options.pool), "b": Pool(options.pool)}

    def step(self, players, optimizers, batch, k):
        AB, BA = players["generatorAB"], players["generatorBA"]
        DA, DB = players["discriminatorA"], players["discriminatorB"]
        a, b = batch["a"], batch["b"]
        losses = {}
        if (k + 1) % self.critic_steps == 0:
            AB.advance(), BA.advance()
            with DA.still() as of_a, DB.still() as of_b:
                made_b, made_a = AB(a), BA(b)
                losses["generatorAB"] = self.of_generator(of_b(made_b))
                losses["generatorBA"] = self.of_generator(of_a(made_a))
                losses["cycleA"] = self.cycle * F.l1_loss(BA(made_b), a)
                losses["cycleB"] = self.cycle * F.l1_loss(AB(made_a), b)
                if self.identity > 0 and a.shape == b.shape:
                    losses["identityA"] = self.identity * F.l1_loss(BA(a), a)
                    losses["identityB"] = self.identity * F.l1_loss(AB(b), b)
                minimize(optimizers["generators"], *losses.values())
        else:
            with torch.no_grad():
                made_b, made_a = AB.network(a), BA.network(b)
        seen_b, seen_a = self.pools["b"].query(made_b), self.pools["a"].query(made_a)
        DA.advance(), DB.advance()
        losses["discriminatorB"] = self.weight * self.of_critic(*judge(DB, b, seen_b))
        losses["discriminatorA"] = self.weight * self.of_critic(*judge(DA, a, seen_a))
        minimize(optimizers["discriminators"], losses["discriminatorB"], losses["discriminatorA"])
        return losses


SYSTEMS = {"GAN": GAN, "Pix2Pix": Pix2Pix, "CycleGAN": CycleGAN}
# the networks that an optimizer moves, in the order of its parameters; others move the one of their name
MOVED = {
    "generators": ["generatorAB", "generatorBA"],
    "discriminators": ["discriminatorB", "discriminatorA"],
}
