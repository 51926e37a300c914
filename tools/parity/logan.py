"""
Writes test/parity/fixtures/logan.json: five steps of createGAN with latentOptimization, in float64.

    python3 -m pip install torch numpy
    python3 tools/parity/logan.py

A transcription of Wu et al. 2019 (arXiv 1912.00953, algorithm 1): autograd differentiates ∂f/∂z, so that both players'
gradients flow through Δz. As in gan-kit, the discriminator moves first, the generator draws its own latent vectors, the
first rows of a batch move, and Adam is torch.optim's. Latent vectors are the draws of gan-kit's own stream, which
tools/parity/stream_draws.ts prints.
"""

import json
import platform
import subprocess
from pathlib import Path

import torch
from torch.nn.functional import leaky_relu, relu, softplus

ROOT = Path(__file__).parents[2]
SEED, STEPS, BATCH, LATENTS, SAMPLE, HIDDEN = 1912, 5, 6, 3, 2, 7
RATE, BETAS, EPSILON = 0.02, (0.5, 0.999), 1e-3
torch.set_default_dtype(torch.float64)


def draws(kind):
    size, count = BATCH * LATENTS, 2 * STEPS
    call = ["npx", "tsx", "tools/parity/stream_draws.ts", str(SEED), f"latents:{kind}:{size}:{count}"]
    printed = subprocess.run(call, cwd=ROOT, capture_output=True, check=True).stdout
    latents = [torch.tensor(z).reshape(BATCH, LATENTS) for z in json.loads(printed)["latents"]]
    # in float32, as gan-kit makes numbers of [−1, 1) of those of [0, 1)
    return latents if kind == "normal" else [(2 * z - 1).float().double() for z in latents]


def network(weights, x, slope):
    """Two dense layers with a leaky ReLU between them; with tanh if it has no slope."""
    kernel1, bias1, kernel2, bias2 = weights
    hidden = x @ kernel1 + bias1
    return (torch.tanh(hidden) if slope is None else leaky_relu(hidden, slope)) @ kernel2 + bias2


LOSSES = {
    "nonSaturating": (lambda real, fake: (softplus(-real) + softplus(fake)).mean(), lambda fake: softplus(-fake).mean()),
    "hinge": (lambda real, fake: (relu(1 - real) + relu(1 + fake)).mean(), lambda fake: -fake.mean()),
}


def moved(g, d, z, case):
    """z' and w_r E‖Δz‖²."""
    options, slope = case["options"], case["slope"]
    rows = max(1, round(options["fraction"] * BATCH))
    mask = (torch.arange(BATCH) < rows).double()[:, None]
    at, way = z.clone().requires_grad_(), 0
    for _ in range(options["steps"]):
        f = network(d, network(g, at, slope), slope).sum()
        gradient, = torch.autograd.grad(f, at, create_graph=True)
        if options["method"] == "natural":
            fisher = gradient[:, :, None] * gradient[:, None, :] + options["damping"] * torch.eye(LATENTS)
            step = options["stepSize"] * torch.linalg.solve(fisher, gradient[:, :, None])[:, :, 0]
        else:
            step = options["stepSize"] * gradient
        step = step * mask
        way = way + step
        at = at + step
        if case["latents"] == "uniform":
            at = at.clamp(-1, 1)
    cost = options["regularizer"] * (way**2).sum() / rows
    return (at, cost) if options["gradient"] == "through" else (at.detach(), cost.detach())


def run(start, reals, case):
    """The losses of each step, and the weights after the last."""
    of_discriminator, of_generator = LOSSES[case["loss"]]
    g, d = ([w.clone().requires_grad_() for w in start[name]] for name in ("generator", "discriminator"))
    adams = [torch.optim.Adam(one, RATE, BETAS, EPSILON) for one in (g, d)]
    latents, slope, losses = iter(draws(case["latents"])), case["slope"], []

    def step(player, optimizer, loss):
        for w, gradient in zip(player, torch.autograd.grad(loss, player)):
            w.grad = gradient
        optimizer.step()

    for x in reals:
        z, cost = moved(g, d, next(latents), case)
        loss = of_discriminator(network(d, x, slope), network(d, network(g, z, slope), slope))
        step(d, adams[1], loss + cost)
        note = {"discriminator": loss.item(), "latentCost": cost.item()}
        z, cost = moved(g, d, next(latents), case)
        loss = of_generator(network(d, network(g, z, slope), slope))
        step(g, adams[0], loss + cost)
        losses.append(note | {"generator": loss.item(), "generatorLatentCost": cost.item()})
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
PAPER = {"method": "natural", "stepSize": 0.9, "damping": 5, "steps": 1, "fraction": 0.8, "regularizer": 300}
LONG = PAPER | {"damping": 0.5, "regularizer": 1}
cases = []
for case in (
    {"options": PAPER, "latents": "uniform", "loss": "hinge", "slope": 0.2},
    {"options": LONG | {"steps": 2, "fraction": 0.5}, "latents": "normal", "loss": "nonSaturating", "slope": None},
    {"options": LONG | {"method": "gradient"}, "latents": "uniform", "loss": "nonSaturating", "slope": None},
    {"options": LONG | {"gradient": "stopped"}, "latents": "uniform", "loss": "nonSaturating", "slope": None},
):
    case["options"] = {"gradient": "through"} | case["options"]
    losses, end = run(start, reals, case)
    cases.append(case | {"losses": losses, "end": listed({name: [w.detach() for w in one] for name, one in end.items()})})
fixture = {
    "meta": {
        "generator": "tools/parity/logan.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "dtype": "float64 from float32 weights, samples and latent vectors",
    },
    "seed": SEED,
    "adam": {"learningRate": RATE, "beta1": BETAS[0], "beta2": BETAS[1], "epsilon": EPSILON},
    "start": listed(start),
    "reals": [x.tolist() for x in reals],
    "cases": cases,
}
path = ROOT / "test/parity/fixtures/logan.json"
path.write_text(json.dumps(fixture) + "\n")
print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")
