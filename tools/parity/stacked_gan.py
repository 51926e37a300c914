"""
Writes test/parity/fixtures/stacked_gan.json: five steps of createStackedGAN, in float64.

    python3 -m pip install torch numpy
    python3 tools/parity/stacked_gan.py

A transcription of Huang et al. 2017 (arXiv 1612.04357, section 3) as xunhuang1995/SGAN (e235644) trains it: mnist/
train_independent.py and train_joint.py, where no gradient of a level reaches the generator above, and cifar/train_joint.py,
where a part of it does. Networks are tiny, and Adam is torch.optim's. Latent vectors are the draws of gan-kit's own stream,
which tools/parity/stream_draws.ts prints.
"""

import json
import platform
import subprocess
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy, cross_entropy, one_hot

ROOT = Path(__file__).parents[2]
SEED, STEPS, BATCH, IMAGE, CLASSES = 1612, 5, 6, 6, 3
SIZES, LATENTS = {"h1": 5, "h2": 4}, (3, 2, 4)
WEIGHTS = {"adversarial": 1, "conditional": 2, "entropy": 10}
RATES = {"learningRate": 0.01, "beta1": 0.5, "beta2": 0.999, "epsilon": 1e-4}
torch.set_default_dtype(torch.float64)


def draws(count):
    call = ["npx", "tsx", "tools/parity/stream_draws.ts", str(SEED), f"latents:uniform:{BATCH * max(LATENTS)}:{count}"]
    printed = subprocess.run(call, cwd=ROOT, capture_output=True, check=True).stdout
    return iter(json.loads(printed)["latents"])


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.h1, self.h2 = nn.Linear(IMAGE, SIZES["h1"]), nn.Linear(SIZES["h1"], SIZES["h2"])
        self.classes = nn.Linear(SIZES["h2"], CLASSES)

    def part(self, start, end, x):
        """From one of images, h1, h2 to another one, or to the classes."""
        names = ["images", "h1", "h2", "classes"]
        for name in names[names.index(start) + 1 : names.index(end) + 1]:
            x = getattr(self, name)(x)
            if name != "classes":
                x = torch.tanh(x)
        return x


class Generator(nn.Module):
    def __init__(self, latents, condition, size):
        super().__init__()
        self.inner = nn.Linear(latents + condition, 7, bias=False)
        self.norm = nn.BatchNorm1d(7, eps=1e-6, momentum=0.1)
        self.out = nn.Linear(7, size)

    def forward(self, z, condition):
        return torch.tanh(self.out(torch.relu(self.norm(self.inner(torch.cat([z, condition], 1))))))


class Discriminator(nn.Module):
    def __init__(self, size, latents):
        super().__init__()
        self.trunk, self.logit, self.code = nn.Linear(size, 6), nn.Linear(6, 1), nn.Linear(6, latents)

    def forward(self, x):
        shared = nn.functional.leaky_relu(self.trunk(x), 0.2)
        return torch.sigmoid(self.logit(shared)), torch.sigmoid(self.code(shared))


def run(case, reals, labels, features):
    """The losses of each step, and all weights before the first and after the last."""
    torch.manual_seed(SEED)
    encoder, names = Encoder(), ["images", *features, "classes"]
    sizes = [IMAGE, *(SIZES[name] for name in features), CLASSES]
    levels = range(len(features) + 1)
    G = [Generator(LATENTS[i], sizes[i + 1], sizes[i]) for i in levels]
    D = [Discriminator(sizes[i], LATENTS[i]) for i in levels]
    with torch.no_grad():
        for one in [encoder, *G, *D]:
            for weight in one.parameters():
                weight.add_(0.3 * torch.randn_like(weight)).copy_(weight.float().double())
    betas = (RATES["beta1"], RATES["beta2"])
    adam = lambda one: torch.optim.Adam(one.parameters(), RATES["learningRate"], betas, RATES["epsilon"])
    of_g, of_d = [adam(one) for one in G], [adam(one) for one in D]
    start = listed(encoder, G, D)
    stream = draws(2 * STEPS * len(levels))
    joint, factor = case["mode"] == "joint", case["jointGradient"]
    mean_bce = lambda p, label: binary_cross_entropy(p, torch.full_like(p, label))

    def made(h):
        """What each generator makes, from the top down, and of which conditions."""
        fakes, zs, conditions = {}, {}, {}
        above = h[-1]
        for i in reversed(levels):
            conditions[i] = above if joint else h[i + 1]
            zs[i] = torch.tensor(next(stream)[: BATCH * LATENTS[i]]).reshape(BATCH, LATENTS[i])
            fakes[i] = G[i](zs[i], conditions[i])
            above = fakes[i]
        return fakes, zs, conditions

    losses = []
    for x, label in zip(reals, labels):
        y = one_hot(label, CLASSES).double()
        with torch.no_grad():
            h = [x, *(encoder.part("images", name, x) for name in features), y]
        note = {}

        with torch.no_grad():
            fakes, zs, _ = made(h)
        for i in levels:
            (real, _), (fake, code) = D[i](h[i]), D[i](fakes[i])
            adversarial = WEIGHTS["adversarial"] * (0.5 * mean_bce(real, 1.0) + 0.5 * mean_bce(fake, 0.0))
            entropy = WEIGHTS["entropy"] * (code - zs[i]).square().mean()
            note |= {f"discriminator{i}": adversarial.item(), f"discriminatorEntropy{i}": entropy.item()}
            of_d[i].zero_grad()
            (adversarial + entropy).backward()
        for one in of_d:
            one.step()

        fakes, zs, conditions = made(h)
        sums = {}
        for i in levels:
            fake, code = D[i](fakes[i])
            above = encoder.part(names[i], names[i + 1], fakes[i])
            top = i == levels[-1]
            distance = cross_entropy(above, label) if top else (above - conditions[i]).square().mean()
            terms = {
                f"generator{i}": WEIGHTS["adversarial"] * mean_bce(fake, 1.0),
                f"conditional{i}": WEIGHTS["conditional"] * distance,
                f"entropy{i}": WEIGHTS["entropy"] * (code - zs[i]).square().mean(),
            }
            note |= {name: term.item() for name, term in terms.items()}
            sums[i] = sum(terms.values())
        # the reference: Adam of G_i minimizes L_i + factor · L_{i−1}, and so on below
        for i in levels:
            total = sum(factor ** (i - j) * sums[j] for j in range(i + 1))
            gradients = torch.autograd.grad(total, list(G[i].parameters()), retain_graph=True)
            for weight, gradient in zip(G[i].parameters(), gradients):
                weight.grad = gradient
        for one in of_g:
            one.step()
        losses.append(note)
    return {"losses": losses, "start": start, "end": listed(encoder, G, D)}


def listed(encoder, G, D):
    """Weights in the order in which tfjs lists them, kernels [inputs, outputs]."""

    def linear(one):
        return [one.weight.T.tolist()] + ([] if one.bias is None else [one.bias.tolist()])

    norm = lambda one: [t.tolist() for t in (one.weight, one.bias, one.running_mean, one.running_var)]
    return {
        "encoder": [*linear(encoder.h1), *linear(encoder.h2), *linear(encoder.classes)],
        **{f"generator{i}": [*linear(g.inner), *norm(g.norm), *linear(g.out)] for i, g in enumerate(G)},
        **{
            f"discriminator{i}": [*linear(d.trunk), *linear(d.logit), *linear(d.code)] for i, d in enumerate(D)
        },
    }


random = torch.Generator().manual_seed(SEED)
reals = [torch.rand(BATCH, IMAGE, generator=random).float().double() for _ in range(STEPS)]
labels = [torch.randint(CLASSES, (BATCH,), generator=random) for _ in range(STEPS)]
cases = []
for mode, factor, features in (
    ("independent", 0, ["h2"]),
    ("joint", 0, ["h2"]),
    ("joint", 0.3, ["h2"]),
    ("joint", 0.5, ["h1", "h2"]),
):
    case = {"mode": mode, "jointGradient": factor, "features": features}
    cases.append(case | run(case, reals, labels, features))
fixture = {
    "meta": {
        "generator": "tools/parity/stacked_gan.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "dtype": "float64 from float32 weights and samples",
    },
    "seed": SEED,
    "latents": LATENTS,
    "weights": WEIGHTS,
    "rates": RATES,
    "reals": [x.tolist() for x in reals],
    "labels": [label.tolist() for label in labels],
    "cases": cases,
}
path = ROOT / "test/parity/fixtures/stacked_gan.json"
path.write_text(json.dumps(fixture) + "\n")
print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")
