"""Writes test/parity/fixtures/gan_steps_sn_resnet.json and gan_steps_sagan.json: steps of SN-GAN and SAGAN.

    python3 -m pip install torch numpy
    python3 tools/parity/residual_steps.py path/to/mimicry

Hinge loss, five discriminator steps for each generator step, Adam(2e-4, β = (0, 0.9)), in float64. One case has SN-GAN's
own networks, as tools/parity/residual_models.py transcribes them, one power iteration a step, and ten generator steps;
the other mimicry's (kwotsin/mimicry, a7fda06; the package torch-mimicry 0.1.16 has the same), one iteration a call, and
two generator steps.

The second file has mimicry's SAGAN with three classes: ten steps of both networks, at rates of 1e-4 for the generator and
4e-4 for the discriminator, one power iteration a call. Sample i of step t has class (t + i) mod 3, the real one and the
generated one.

Optimizers and
spectral_norm are torch's, of torch.nn.utils.parametrizations, whose iteration ends with v: the older one of the
networks ends with u.

Latent vectors are the draws of gan-kit's own streams, which tools/parity/gan_draws.ts prints. Weights and images are
made by a hash in both languages (bench/hash.ts, bench/peers/hashed.py), weight i from stream `seed` + i.

A generator step leaves the discriminator's singular vectors where they are, as in gan-kit.
"""

import argparse
import json
import platform
import subprocess
from pathlib import Path

import torch
from torch.nn import functional as F
from torch.nn.utils import remove_spectral_norm
from torch.nn.utils.parametrizations import spectral_norm

from mimicry import load_mimicry
from residual_models import (
    ROOT,
    Generator,
    Layouts,
    SpectralDiscriminator32,
    encoded,
    hashed,
    path_of,
    unit,
    with_tables,
)

SEED, CRITIC_STEPS, BATCH, LATENT, FILTERS = 1614, 5, 3, 3, 2
ADAM = {"learningRate": 2e-4, "beta1": 0.0, "beta2": 0.9}
RATES = {"generator": 1e-4, "discriminator": 4e-4}
CLASSES = 3
SHAPE = [32, 32, 3]
OF_DISCRIMINATOR = 100
"""Weights of the discriminator are made from streams this far behind the generator's."""


def renewed(net):
    """The network with spectral_norm of torch.nn.utils.parametrizations."""
    for module in net.modules():
        if hasattr(module, "weight_orig"):
            spectral_norm(remove_spectral_norm(module))
    return net


def older(entries):
    """Parameters or buffers by the keys of the older spectral_norm."""
    names = {"original": "weight_orig", "0._u": "weight_u", "0._v": "weight_v"}

    def key_of(key):
        module, _, name = key.rpartition("parametrizations.weight.")
        return module + names[name] if module else key

    return {key_of(key): value for key, value in entries}


class Network:
    """One network in gan-kit's names and layouts."""

    def __init__(self, net, is_generator, rate):
        self.layouts = Layouts(net, is_generator)
        self.net, self.is_generator = renewed(net).double().train(), is_generator
        self.parameters = older(net.named_parameters())
        self.greatest = dict.fromkeys(self.parameters, 0.0)
        seed = SEED + (0 if is_generator else OF_DISCRIMINATOR)
        for i, (key, parameter) in enumerate(self.parameters.items()):
            path = self.path(key)
            value = hashed(path, list(self.layouts.ours(key, path, parameter.detach()).shape), seed + i)
            parameter.data = self.layouts.theirs(key, path, value, parameter.detach())
        buffers = older(net.named_buffers())
        for i, key in enumerate(key for key in buffers if key.endswith("weight_u")):
            # not converged
            u = F.normalize(unit([len(buffers[key])], seed + 500 + i), dim=0)
            weight = self.parameters[key.replace("weight_u", "weight_orig")].detach().flatten(1)
            buffers[key].copy_(u.float())
            buffers[key.replace("weight_u", "weight_v")].copy_(F.normalize(weight.T @ u, dim=0).float())
        options = {"lr": rate, "betas": (ADAM["beta1"], ADAM["beta2"])}
        self.optimizer = torch.optim.Adam(net.parameters(), **options)

    def path(self, key):
        return path_of(key, self.is_generator)

    def minimize(self, loss):
        gradients = torch.autograd.grad(loss, list(self.parameters.values()))
        for (key, parameter), gradient in zip(self.parameters.items(), gradients):
            parameter.grad = gradient
            self.greatest[key] = max(self.greatest[key], gradient.abs().max().item())
        self.optimizer.step()

    def packed(self, entries):
        """Arrays by gan-kit's path."""
        ours = {self.path(key): self.layouts.ours(key, self.path(key), value) for key, value in entries.items()}
        return {path: {"shape": list(value.shape), "values": encoded(value)} for path, value in ours.items()}

    def vectors(self):
        return {key: value.clone() for key, value in self.state().items() if key.endswith(("weight_u", "weight_v"))}

    def state(self):
        return {key: value for key, value in older(self.net.state_dict().items()).items() if value.is_floating_point()}


def draws(count):
    command = ["npx", "tsx", "tools/parity/gan_draws.ts", str(SEED), str(BATCH), str(LATENT), str(count)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def run(generator_steps, power_iteration, options, generator, discriminator, critic_steps=CRITIC_STEPS, rates=None):
    of_generator, of_discriminator = (rates or dict.fromkeys(RATES, ADAM["learningRate"])).values()
    g, d = Network(generator, True, of_generator), Network(discriminator, False, of_discriminator)
    start = {"vectors": d.packed(d.vectors()), "vectorsOfGenerator": g.packed(g.vectors())}
    if not start["vectorsOfGenerator"]:
        del start["vectorsOfGenerator"]
    steps = critic_steps * generator_steps
    latents = iter(draws(steps + generator_steps)["latents"])

    def fakes(labels):
        return g.net(torch.tensor(next(latents), dtype=torch.float64).reshape(BATCH, LATENT), *labels)

    losses = []
    for step in range(steps):
        labels = [(step + torch.arange(BATCH)) % CLASSES] if "classes" in options["generator"] else []
        real, fake = unit([BATCH, *SHAPE], SEED + 1000 + step).permute(0, 3, 1, 2), fakes(labels).detach()
        if power_iteration == "step":  # one call, and one iteration, for both batches
            of_real, of_fake = d.net(torch.cat([real, fake])).split(BATCH)
        else:
            of_real, of_fake = d.net(real, *labels), d.net(fake, *labels)
        loss = F.relu(1 - of_real).mean() + F.relu(1 + of_fake).mean()
        d.minimize(loss)
        told = {"discriminator": loss.item()}
        if (step + 1) % critic_steps == 0:
            d.net.eval()  # σ by the vectors that are there
            loss = -d.net(fakes(labels), *labels).mean()
            g.minimize(loss)
            d.net.train()
            told["generator"] = loss.item()
        losses.append(told)
    # batch normalization takes some biases away again: their gradient is 0 but for rounding, which Adam makes steps of
    rests = [g.path(key) for key, greatest in g.greatest.items() if greatest < 1e-12]
    return {
        **{"powerIteration": power_iteration, "options": options, **start, "losses": losses},
        **{"rests": rests, "end": {"generator": g.packed(g.state()), "discriminator": d.packed(d.state())}},
        "weights": {
            "generator": [g.path(key) for key in g.parameters],
            "discriminator": [d.path(key) for key in d.parameters],
        },
    }


def cases(mimicry):
    common = {"imageShape": SHAPE, "filters": FILTERS}
    nets = mimicry("sngan.sngan_32")
    return [
        run(
            *(10, "step"),
            {"generator": {**common, "latentSize": LATENT}, "discriminator": {**common, "outerBias": False}},
            Generator(LATENT, [FILTERS] * 4, 2e-5),
            SpectralDiscriminator32(FILTERS),
        ),
        run(
            *(2, "call"),
            {
                "generator": {**common, "latentSize": LATENT, "interpolation": "bilinear", "epsilon": 1e-5},
                "discriminator": {**common, "skipInput": "relu"},
            },
            nets.SNGANGenerator32(nz=LATENT, ngf=FILTERS),
            nets.SNGANDiscriminator32(ndf=FILTERS),
        ),
    ]


def sagan(mimicry):
    nets = mimicry("sagan.sagan_32")
    common = {"imageShape": SHAPE, "filters": 8, "classes": CLASSES}
    return run(
        *(10, "call"),
        {
            "generator": {
                **{**common, "latentSize": LATENT, "interpolation": "bilinear", "epsilon": 1e-5},
                **{"attention": 16, "spectralNorm": True},
            },
            "discriminator": {**common, "attention": 8, "skipInput": "relu"},
        },
        with_tables(nets.SAGANGenerator32(num_classes=CLASSES, nz=LATENT, ngf=8)),
        nets.SAGANDiscriminator32(num_classes=CLASSES, ndf=8),
        **{"critic_steps": 1, "rates": RATES},
    )


def write(name, reference, cases, critic_steps, **others):
    fixture = {
        "meta": {
            "generator": "tools/parity/residual_steps.py",
            "reference": reference,
            "versions": {"python": platform.python_version(), "torch": torch.__version__},
            "dtype": "float64, stored as float32",
        },
        **{"seed": SEED, "batch": BATCH, "latentSize": LATENT, "imageShape": SHAPE, "adam": ADAM},
        **{"criticSteps": critic_steps, "ofDiscriminator": OF_DISCRIMINATOR, **others},
        "cases": cases,
    }
    path = ROOT / f"test/parity/fixtures/{name}.json"
    path.write_text(json.dumps(fixture) + "\n")
    print(path.name, path.stat().st_size, "bytes")
    for case in cases:
        print(case["losses"][::9], case["rests"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mimicry", type=Path)
    mimicry = load_mimicry(parser.parse_args().mimicry)
    both = "pfnet-research/sngan_projection e84b1a5, written in PyTorch; kwotsin/mimicry a7fda06"
    write("gan_steps_sn_resnet", both, cases(mimicry), CRITIC_STEPS)
    write("gan_steps_sagan", "kwotsin/mimicry a7fda06", [sagan(mimicry)], 1, rates=RATES, classes=CLASSES)


if __name__ == "__main__":
    main()
