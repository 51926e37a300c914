"""
Writes test/parity/fixtures/unrolled_gan.json: five steps of createUnrolledGAN, in float64.

    python3 -m pip install torch numpy
    python3 tools/parity/unrolled_gan.py

A transcription of Metz et al. 2017 (arXiv 1611.02163, section 2), with the loss of poolio/unrolled_gan (67e2c7a): the
discriminator's optimizer is written as a function of weights, moments and gradients, so that autograd differentiates
its steps. By default the discriminator moves first and the generator draws its own latent vectors, as in
gan-kit; in one case both move at once, as in that code. Adam is torch.optim's. Latent vectors are the draws of gan-kit's own stream, which tools/parity/stream_draws.ts prints.
"""

import json
import platform
import subprocess
from pathlib import Path

import torch
from torch.nn.functional import softplus

ROOT = Path(__file__).parents[2]
SEED, STEPS, BATCH, LATENTS, SAMPLE, HIDDEN = 1611, 5, 6, 3, 2, 7
torch.set_default_dtype(torch.float64)


def draws(count):
    size = BATCH * LATENTS
    call = ["npx", "tsx", "tools/parity/stream_draws.ts", str(SEED), f"latents:normal:{size}:{count}"]
    printed = subprocess.run(call, cwd=ROOT, capture_output=True, check=True).stdout
    return [torch.tensor(z).reshape(BATCH, LATENTS) for z in json.loads(printed)["latents"]]


def network(weights, x):
    """Two dense layers with tanh between them."""
    kernel1, bias1, kernel2, bias2 = weights
    return torch.tanh(x @ kernel1 + bias1) @ kernel2 + bias2


def discriminator_loss(weights, x, fake):
    return softplus(-network(weights, x)).mean() + softplus(network(weights, fake)).mean()


class Descent:
    """θ − η g, without moments."""

    def __init__(self, rate):
        self.rate = rate
        self.options = {"learningRate": rate}

    def start(self, weights):
        return [() for _ in weights]

    def step(self, weights, moments, gradients, _):
        return [w - self.rate * g for w, g in zip(weights, gradients)], moments


class Adam:
    def __init__(self, rate, beta1, beta2, epsilon):
        self.rate, self.beta1, self.beta2, self.epsilon = rate, beta1, beta2, epsilon
        self.options = {"learningRate": rate, "beta1": beta1, "beta2": beta2, "epsilon": epsilon}

    def start(self, weights):
        return [(torch.zeros_like(w), torch.zeros_like(w)) for w in weights]

    def step(self, weights, moments, gradients, t):
        after, moved = [], []
        for w, (m, v), g in zip(weights, moments, gradients):
            m = self.beta1 * m + (1 - self.beta1) * g
            v = self.beta2 * v + (1 - self.beta2) * g * g
            corrected = m / (1 - self.beta1**t)
            root = (v / (1 - self.beta2**t)).sqrt()
            after.append(w - self.rate * corrected / (root + self.epsilon))
            moved.append((m, v))
        return after, moved


def run(start, reals, options, of_g, of_d):
    """The losses of each step, and the weights after the last."""
    k, objective, through = options["unrolledSteps"], options["objective"], options["gradient"] == "through"
    g, d = start["generator"], start["discriminator"]
    moments = {"g": of_g.start(g), "d": of_d.start(d)}
    at_once = options.get("order") == "simultaneous"
    latents = iter(draws((1 if at_once else 2) * STEPS))
    losses = []
    for t, x in enumerate(reals, 1):
        d = [w.detach().requires_grad_() for w in d]
        z = next(latents)
        loss = discriminator_loss(d, x, network(g, z).detach())
        note = {"discriminator": loss.item()}
        moved, moments_moved = of_d.step(d, moments["d"], torch.autograd.grad(loss, d), t)
        moved = [w.detach() for w in moved]
        moments_moved = [tuple(m.detach() for m in pair) for pair in moments_moved]

        g = [w.detach().requires_grad_() for w in g]
        fake = network(g, z if at_once else next(latents))
        from_d, slots = (d, moments["d"]) if at_once else (moved, moments_moved)
        ahead = [w.detach().clone().requires_grad_() for w in from_d]
        for i in range(k):
            inner = discriminator_loss(ahead, x, fake if through else fake.detach())
            gradients = torch.autograd.grad(inner, ahead, create_graph=True)
            ahead, slots = of_d.step(ahead, slots, gradients, (t if at_once else t + 1) + i)
        if objective == "value":
            loss = -discriminator_loss(ahead, x, fake)
        else:
            loss = softplus(-network(ahead, fake)).mean()
        losses.append(note | {"generator": loss.item()})
        g, moments["g"] = of_g.step(g, moments["g"], torch.autograd.grad(loss, g), t)
        moments["g"] = [tuple(m.detach() for m in pair) for pair in moments["g"]]
        d, moments["d"] = moved, moments_moved
    return losses, {"generator": g, "discriminator": d}


def dense(random, sizes):
    tensors = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        for shape in ((inputs, outputs), (outputs,)):
            tensors.append((0.8 * torch.randn(shape, generator=random)).float().double())
    return tensors


def listed(networks):
    return {name: [one.tolist() for one in weights] for name, weights in networks.items()}


random = torch.Generator().manual_seed(SEED)
start = {
    "generator": dense(random, (LATENTS, HIDDEN, SAMPLE)),
    "discriminator": dense(random, (SAMPLE, HIDDEN, 1)),
}
reals = [(1.5 * torch.randn(BATCH, SAMPLE, generator=random)).float().double() for _ in range(STEPS)]
cases = []
for optimizer, players, options in (
    ("sgd", (Descent(0.2), Descent(0.3)), {"unrolledSteps": 3, "objective": "value", "gradient": "through"}),
    (
        *("adam", (Adam(0.02, 0.5, 0.999, 1e-3), Adam(0.05, 0.5, 0.99, 1e-3))),
        {"unrolledSteps": 3, "objective": "value", "gradient": "through"},
    ),
    (
        *("adam", (Adam(0.02, 0.5, 0.999, 1e-3), Adam(0.05, 0.5, 0.99, 1e-3))),
        {"unrolledSteps": 2, "objective": "loss", "gradient": "through"},
    ),
    (
        *("adam", (Adam(0.02, 0, 0.9, 1e-3), Adam(0.05, 0.5, 0.99, 1e-3))),
        {"unrolledSteps": 2, "objective": "value", "gradient": "stopped"},
    ),
    (
        *("adam", (Adam(0.02, 0.5, 0.999, 1e-3), Adam(0.05, 0.5, 0.99, 1e-3))),
        {"unrolledSteps": 3, "objective": "value", "gradient": "through", "order": "simultaneous"},
    ),
):
    losses, end = run(start, reals, options, *players)
    rates = dict(zip(("generator", "discriminator"), (player.options for player in players)))
    case = {"optimizer": optimizer, "rates": rates, "options": options, "losses": losses}
    cases.append(case | {"end": listed({name: [w.detach() for w in one] for name, one in end.items()})})
fixture = {
    "meta": {
        "generator": "tools/parity/unrolled_gan.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "dtype": "float64 from float32 weights and samples",
    },
    "seed": SEED,
    "start": listed(start),
    "reals": [x.tolist() for x in reals],
    "cases": cases,
}
path = ROOT / "test/parity/fixtures/unrolled_gan.json"
path.write_text(json.dumps(fixture) + "\n")
print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")
