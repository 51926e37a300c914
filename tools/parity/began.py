"""Writes test/parity/fixtures/began_steps.json and began_network_steps.json: ten steps of createBEGAN, in float64.

    python3 -m pip install torch numpy
    python3 tools/parity/began.py

A transcription of Berthelot et al. 2017 (arXiv 1703.10717, sections 3.3 and 3.4) as carpedm20/BEGAN-tensorflow
runs it: one z for both players, gradients and k at the weights before the step. Latent vectors are the draws of
gan-kit's own stream, which tools/parity/began_draws.ts prints.

The first fixture has networks of dense layers, whose weights are in the file. The second has the networks of
tools/parity/began_networks.py, and the reference's learning rate, which is halved at intervals down to a bound;
weights and images are made by a hash in both languages, as in tools/parity/translation_models.py.
"""

import json
import subprocess

import torch
from torch import nn

from began_networks import autoencoder, generator
from translation_models import FIXTURES, ROOT, initialize, record, unit

torch.set_default_dtype(torch.float64)
STEPS, SEED = 10, 1703


def draws(batch, latents):
    call = ["npx", "tsx", "tools/parity/began_draws.ts", *map(str, (SEED, batch, latents, STEPS))]
    printed = subprocess.run(call, cwd=ROOT, capture_output=True, check=True).stdout
    return [torch.tensor(values).reshape(batch, latents) for values in json.loads(printed)]


def run(G, D, reals, latents, gamma, lambda_k, rates):
    """The losses of each step; the networks end with the weights after the last."""
    of_g, of_d = list(G.parameters()), list(D.parameters())
    optimizers = [torch.optim.Adam(of, lr=rates[0]) for of in (of_d, of_g)]
    k, steps = 0.0, []
    for x, z, rate in zip(reals, latents, rates):
        fake = G(z)
        of_real = (D(x) - x).abs().mean()
        of_fake = (D(fake) - fake).abs().mean()
        by_d = torch.autograd.grad(of_real - k * (D(fake.detach()) - fake.detach()).abs().mean(), of_d)
        by_g = torch.autograd.grad(of_fake, of_g)
        for parameters, gradients, optimizer in zip((of_d, of_g), (by_d, by_g), optimizers):
            for parameter, gradient in zip(parameters, gradients):
                parameter.grad = gradient
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
        balance = gamma * of_real.item() - of_fake.item()
        k = min(max(k + lambda_k * balance, 0.0), 1.0)
        losses = {"real": of_real.item(), "fake": of_fake.item()}
        steps.append(losses | {"k": k, "convergence": of_real.item() + abs(balance)})
    return steps


def dense_networks():
    batch, size, features, code, rate = 4, 3, 6, 4, 1e-2
    options = {"seed": SEED, "gamma": 0.6, "lambdaK": 0.5}
    random = torch.Generator().manual_seed(SEED)

    def dense(inputs, units):
        layer = nn.Linear(inputs, units)
        with torch.no_grad():
            layer.weight.copy_(torch.randn(units, inputs, generator=random) * 0.5)
            layer.bias.copy_(torch.randn(units, generator=random) * 0.1)
        return layer

    def packed(network):
        layers = [layer for layer in network if isinstance(layer, nn.Linear)]
        return [
            {"kernel": layer.weight.detach().T.tolist(), "bias": layer.bias.detach().tolist()}
            for layer in layers
        ]

    G = nn.Sequential(dense(size, 5), nn.ELU(), dense(5, features))
    D = nn.Sequential(dense(features, code), nn.ELU(), dense(code, features))
    start = {"generator": packed(G), "discriminator": packed(D)}
    reals = [torch.randn(batch, features, generator=random) for _ in range(STEPS)]
    rates = [rate] * STEPS
    steps = run(G, D, reals, draws(batch, size), options["gamma"], options["lambdaK"], rates)
    return {
        "torch": torch.__version__,
        "options": options,
        "rate": rate,
        "start": start,
        "reals": [real.tolist() for real in reals],
        "steps": steps,
        "end": {"generator": packed(G), "discriminator": packed(D)},
    }


def began_networks():
    batch, size, latents, filters, channels, rate = 3, 16, 4, 2, 2, 2e-3
    options = {"seed": SEED, "gamma": 0.9, "lambdaK": 1}
    decay = {"every": 3, "factor": 0.5, "least": 0.25}
    rates = [rate * max(decay["least"], decay["factor"] ** (t // decay["every"])) for t in range(STEPS)]
    seeds = {"generator": SEED, "discriminator": SEED + 100, "reals": SEED + 500}
    networks = {}
    for name, build in (("generator", generator), ("discriminator", autoencoder)):
        networks[name] = build(latents, filters, size, channels, True)
        initialize(networks[name], seeds[name])
    shape = [batch, size, size, channels]
    reals = [unit(shape, seeds["reals"] + t).movedim(-1, 1) for t in range(STEPS)]
    steps = run(*networks.values(), reals, draws(batch, latents), options["gamma"], options["lambdaK"], rates)
    return {
        "torch": torch.__version__,
        "options": options,
        "rate": rate,
        "decay": decay,
        "networks": {
            "imageShape": shape[1:],
            "filters": filters,
            "latentSize": latents,
            "skips": True,
        },
        "seeds": seeds,
        "shape": shape,
        "steps": steps,
        "end": {
            name: [
                {"key": key, "shape": list(p.shape), **record(p, seeds[name] + i, 1 << 62, 1)}
                for i, (key, p) in enumerate(network.named_parameters())
            ]
            for name, network in networks.items()
        },
    }


def write(name, fixture):
    path = FIXTURES / f"{name}.json"
    path.write_text(json.dumps(fixture) + "\n")
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")


write("began_steps", dense_networks())
write("began_network_steps", began_networks())
