"""Writes test/parity/fixtures/began_steps.json: ten steps of createBEGAN, in float64.

    python3 -m pip install torch numpy
    python3 tools/parity/began.py

A transcription of Berthelot et al. 2017 (arXiv 1703.10717, sections 3.3 and 3.4) as carpedm20/BEGAN-tensorflow
runs it: one z for both players, gradients and k at the weights before the step. Latent vectors are the draws of
gan-kit's own stream, which tools/parity/began_draws.ts prints.
"""

import json
import pathlib
import subprocess

import torch
from torch import nn
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).parents[2]
torch.set_default_dtype(torch.float64)
STEPS, BATCH, LATENT, FEATURES, CODE = 10, 4, 3, 6, 4
SEED, GAMMA, LAMBDA_K, RATE = 1703, 0.6, 0.5, 1e-2


def dense(inputs, units, generator):
    layer = nn.Linear(inputs, units)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(units, inputs, generator=generator) * 0.5)
        layer.bias.copy_(torch.randn(units, generator=generator) * 0.1)
    return layer


def packed(*layers):
    return [
        {"kernel": layer.weight.detach().T.tolist(), "bias": layer.bias.detach().tolist()}
        for layer in layers
    ]


def main():
    random = torch.Generator().manual_seed(SEED)
    g1, g2 = dense(LATENT, 5, random), dense(5, FEATURES, random)
    d1, d2 = dense(FEATURES, CODE, random), dense(CODE, FEATURES, random)
    start = {"generator": packed(g1, g2), "discriminator": packed(d1, d2)}
    G = lambda z: g2(F.elu(g1(z)))  # noqa: E731
    D = lambda x: d2(F.elu(d1(x)))  # noqa: E731
    of_g = [*g1.parameters(), *g2.parameters()]
    of_d = [*d1.parameters(), *d2.parameters()]
    adam_g = torch.optim.Adam(of_g, lr=RATE)
    adam_d = torch.optim.Adam(of_d, lr=RATE)
    call = ["npx", "tsx", "tools/parity/began_draws.ts", *map(str, (SEED, BATCH, LATENT, STEPS))]
    latents = json.loads(subprocess.run(call, cwd=ROOT, capture_output=True, check=True).stdout)

    k, reals, steps = 0.0, [], []
    for t in range(STEPS):
        x = torch.randn(BATCH, FEATURES, generator=random)
        z = torch.tensor(latents[t]).reshape(BATCH, LATENT)
        fake = G(z)
        of_real = (D(x) - x).abs().mean()
        of_fake = (D(fake) - fake).abs().mean()
        by_d = torch.autograd.grad(of_real - k * (D(fake.detach()) - fake.detach()).abs().mean(), of_d)
        by_g = torch.autograd.grad(of_fake, of_g)
        for parameters, gradients, optimizer in ((of_d, by_d, adam_d), (of_g, by_g, adam_g)):
            for parameter, gradient in zip(parameters, gradients):
                parameter.grad = gradient
            optimizer.step()
        balance = GAMMA * of_real.item() - of_fake.item()
        k = min(max(k + LAMBDA_K * balance, 0.0), 1.0)
        reals.append(x.tolist())
        steps.append(
            {
                "real": of_real.item(),
                "fake": of_fake.item(),
                "k": k,
                "convergence": of_real.item() + abs(balance),
            }
        )
    options = {"seed": SEED, "gamma": GAMMA, "lambdaK": LAMBDA_K}
    fixture = {"torch": torch.__version__, "options": options, "rate": RATE, "start": start}
    fixture |= {"reals": reals, "steps": steps}
    fixture["end"] = {"generator": packed(g1, g2), "discriminator": packed(d1, d2)}
    path = ROOT / "test" / "parity" / "fixtures" / "began_steps.json"
    path.write_text(json.dumps(fixture) + "\n")


main()
