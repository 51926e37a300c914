"""Writes test/parity/fixtures/progressive_steps.json: ten steps of createProgressiveGAN, in float64.

    python3 -m pip install torch numpy
    python3 tools/parity/progressive_steps.py

A transcription of tkarras/progressive_growing_of_gans (2504c3f): train.py:67-126 and :222-232, loss.py:20-62, with the
networks of progressive_networks.py. The steps lead from 4 × 4 pixels through the fade to 8 × 8 into that to 16 × 16.
Images per step and per phase are small; t and the stage change at each step, where the reference looks every four.

Latent vectors and α are the draws of gan-kit's own streams, which tools/parity/gan_draws.ts prints. Weights and images
are made by a hash in both languages (bench/hash.ts, bench/peers/hashed.py), weight i from stream `seed` + i.
"""

import base64
import json
import math
import platform
import subprocess
import sys
from pathlib import Path

import torch

from progressive_networks import discriminator_shapes, downscale, generate, generator_shapes, judge, lerp, upscale

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
from hashed import fill  # noqa: E402

SEED, STEPS, BATCH = 1710, 10, 4
SIZE, CHANNELS, LATENTS, BASE, MOST = 16, 2, 3, 24, 5
NETWORKS = {"imageShape": [SIZE, SIZE, CHANNELS], "baseChannels": BASE, "maxChannels": MOST}
OPTIONS = {"stableImages": 9, "fadeImages": 16, "penaltyWeight": 9, "target": 1.5, "drift": 0.02, "seed": SEED}
DECAY, RATE = 0.9, 1e-3


def unit(shape, seed):
    return fill(shape, seed, 1.0).double()


def start(shapes, seed):
    """Weights of about the size that they are made for; biases are not 0."""
    return {
        name: (unit(shape, seed + i) * (0.3 if name.endswith("bias") else 1.7)).requires_grad_()
        for i, (name, shape) in enumerate(shapes.items())
    }


def level_of_detail(shown):
    """How often images are halved, of which a fraction means a fade: train.py:92-100."""
    stable, fade = OPTIONS["stableImages"], OPTIONS["fadeImages"]
    phase = shown // (stable + fade)
    rest = shown - phase * (stable + fade)
    return max(math.log2(SIZE) - 2 - phase - max(rest - stable, 0) / fade, 0)


def packed(weights):
    return [
        {
            "name": name,
            "shape": list(one.shape),
            "values": base64.b64encode(one.detach().float().numpy().astype("<f4").tobytes()).decode(),
        }
        for name, one in weights.items()
    ]


class Adam:
    """With β₁ = 0; a weight without a gradient stays where it is."""

    def __init__(self, weights):
        self.weights, self.beta2, self.step, self.v = weights, 0.99, 0, {}

    def move(self, loss):
        gradients = torch.autograd.grad(loss, list(self.weights.values()), allow_unused=True)
        self.step += 1
        with torch.no_grad():
            for (name, weight), g in zip(self.weights.items(), gradients):
                if g is None:
                    continue
                v = self.v[name] = self.beta2 * self.v.get(name, 0) + (1 - self.beta2) * g**2
                weight -= RATE * g / ((v / (1 - self.beta2**self.step)).sqrt() + 1e-8)


def main():
    call = ["npx", "tsx", "tools/parity/gan_draws.ts", *map(str, (SEED, BATCH, LATENTS, 2 * STEPS))]
    draws = json.loads(subprocess.run(call, cwd=ROOT, capture_output=True, check=True).stdout)
    latents = iter(torch.tensor(draws["latents"]).double().reshape(2 * STEPS, BATCH, LATENTS))
    G = start(generator_shapes(SIZE, CHANNELS, LATENTS, BASE, MOST), SEED)
    D = start(discriminator_shapes(SIZE, CHANNELS, BASE, MOST), SEED + 100)
    first = {"generator": packed(G), "discriminator": packed(D)}
    average = {name: one.detach().clone() for name, one in G.items()}

    steps, before, shown = [], None, 0
    for k in range(STEPS):
        detail = level_of_detail(shown)
        if before is None or any(f(detail) != f(before) for f in (math.floor, math.ceil)):
            of_g, of_d = Adam(G), Adam(D)
        before = detail
        stage, t = int(math.log2(SIZE)) - 2 - math.floor(detail), detail - math.floor(detail)
        images = unit((BATCH, SIZE, SIZE, CHANNELS), SEED + 1000 + k).movedim(-1, 1)
        x = downscale(images, 2 ** math.floor(detail))
        x = lerp(x, upscale(downscale(x)), t) if t > 0 else x

        fake = generate(G, next(latents), stage, t).detach()
        alpha = torch.tensor(draws["alphas"][k]).double().reshape(BATCH, 1, 1, 1)
        mixed = lerp(x, fake, alpha).requires_grad_()
        of_real, of_fake = judge(D, x, stage, t), judge(D, fake, stage, t)
        slope = torch.autograd.grad(judge(D, mixed, stage, t).sum(), mixed, create_graph=True)[0]
        norms = slope.square().sum((1, 2, 3)).sqrt()
        target = OPTIONS["target"]
        losses = {
            "discriminator": (of_fake - of_real).mean(),
            "penalty": (norms - target).square().mean() * OPTIONS["penaltyWeight"] / target**2,
            "drift": of_real.square().mean() * OPTIONS["drift"],
        }
        of_d.move(sum(losses.values()))
        for name, one in G.items():
            average[name] = one.detach() + DECAY * (average[name] - one.detach())
        losses["generator"] = -judge(D, generate(G, next(latents), stage, t), stage, t).mean()
        of_g.move(losses["generator"])
        shown += BATCH
        steps.append({"stage": stage, "fade": t, "losses": {name: one.item() for name, one in losses.items()}})

    versions = {"python": platform.python_version(), "torch": torch.__version__}
    content = {
        **{"generator": "tools/parity/progressive_steps.py", "versions": versions, "dtype": "float64"},
        **{"networks": NETWORKS, "latentSize": LATENTS, "options": OPTIONS, "decay": DECAY},
        **{"batch": BATCH, "images": SEED + 1000, "start": first, "steps": steps},
        "end": {"generator": packed(G), "discriminator": packed(D), "average": packed(average)},
    }
    path = ROOT / "test" / "parity" / "fixtures" / "progressive_steps.json"
    path.write_text(json.dumps(content) + "\n")
    print(path.stat().st_size, [(one["stage"], one["fade"]) for one in steps])


main()
