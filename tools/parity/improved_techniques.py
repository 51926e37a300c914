"""
Writes test/parity/fixtures/improved_techniques.json: six steps of createGAN with feature matching, and with
historical averaging, in float64.

    python3 -m pip install torch numpy
    python3 tools/parity/improved_techniques.py

A transcription of Salimans et al. 2016 (arXiv 1606.03498), with torch's gradients and Adam. Feature matching is that of
openai/improved-gan (4f5d1ec), mnist_svhn_cifar10: train_mnist_feature_matching.py squares the difference of mean
features, train_cifar_feature_matching.py takes its absolute value; both average over units. That repository has no
historical averaging, which is the paper's equation in section 3.3, over the weights before the current ones. Networks
are dense. Latent vectors are the draws of gan-kit's own stream, which tools/parity/stream_draws.ts prints.
"""

import json
import platform
import subprocess
from pathlib import Path

import torch
from torch.nn.functional import leaky_relu, softplus

ROOT = Path(__file__).parents[2]
SEED, STEPS, BATCH, LATENTS, SAMPLE, HIDDEN, RATE = 1606, 6, 6, 3, 4, 7, 1e-2
torch.set_default_dtype(torch.float64)


def draws(count):
    size = BATCH * LATENTS
    call = ["npx", "tsx", "tools/parity/stream_draws.ts", str(SEED), f"latents:normal:{size}:{count}"]
    printed = subprocess.run(call, cwd=ROOT, capture_output=True, check=True).stdout
    return [torch.tensor(z).reshape(BATCH, LATENTS) for z in json.loads(printed)["latents"]]


def generate(weights, z):
    kernel1, bias1, kernel2, bias2 = weights
    return torch.tanh(z @ kernel1 + bias1) @ kernel2 + bias2


def features(weights, x):
    return leaky_relu(x @ weights[0] + weights[1], 0.2)


def judge(weights, x):
    return features(weights, x) @ weights[2] + weights[3]


def matching(options, d, x, fake):
    """What the generator minimizes by the features."""
    difference = features(d, x).mean(0) - features(d, fake).mean(0)
    distance = difference.abs() if options.get("distance") == "absolute" else difference.square()
    return options.get("weight", 1) * distance.mean()


class History:
    """A player's past weights."""

    def __init__(self, player, weight):
        self.player, self.weight, self.past = player, weight, []

    def term(self):
        """weight · ‖θ − mean of the past θ‖², and θ belongs to the past from now on."""
        now = [w.detach().clone() for w in self.player]
        means = [torch.stack(one).mean(0) for one in zip(*self.past)]
        distance = sum((w - a).square().sum() for w, a in zip(self.player, means))
        self.past.append(now)
        return self.weight * distance if means and self.weight else None


def run(source, options):
    """The losses of each step, and the weights after the last."""
    g, d = ([w.clone().requires_grad_() for w in start[name]] for name in ("generator", "discriminator"))
    adam_g, adam_d = (torch.optim.Adam(of, lr=RATE, betas=(0.5, 0.999)) for of in (g, d))
    latents = iter(draws(2 * STEPS))
    by_features = options.get("featureMatching")
    weights = options.get("historicalAveraging", {})
    histories = {name: History(of, weights.get(name, 0)) for name, of in (("generator", g), ("discriminator", d))}
    steps = []
    for x in reals:
        fake = generate(g, next(latents)).detach()
        terms = {"discriminator": softplus(-judge(d, x)).mean() + softplus(judge(d, fake)).mean()}
        if (term := histories["discriminator"].term()) is not None:
            terms["discriminatorAveraging"] = term
        told = {name: term.item() for name, term in terms.items()}
        adam_d.zero_grad()
        sum(terms.values()).backward()
        adam_d.step()

        fake = generate(g, next(latents))
        terms = {}
        weight = 1
        if by_features:
            terms["featureMatching"] = matching(by_features, d, x, fake)
            weight = by_features.get("adversarial", 0)
        if weight:
            terms["generator"] = weight * softplus(-judge(d, fake)).mean()
        if (term := histories["generator"].term()) is not None:
            terms["generatorAveraging"] = term
        told |= {name: term.item() for name, term in terms.items()}
        adam_g.zero_grad()
        sum(terms.values()).backward()
        adam_g.step()
        steps.append(told)
    return {"source": source, "options": options, "steps": steps, "end": listed({"generator": g, "discriminator": d})}


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
reals = [(1 + torch.randn(BATCH, SAMPLE, generator=random)).float().double() for _ in range(STEPS)]
fixture = {
    "meta": {
        "generator": "tools/parity/improved_techniques.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "dtype": "float64 from float32 weights and samples",
    },
    **{"seed": SEED, "rate": RATE, "start": listed(start), "reals": [x.tolist() for x in reals]},
    "cases": [
        run("the code for MNIST", {"featureMatching": {"layer": "act"}}),
        run(
            "the code for CIFAR-10, beside an adversarial loss",
            {"featureMatching": {"layer": "act", "distance": "absolute", "weight": 2, "adversarial": 0.5}},
        ),
        run("historical averaging of both", {"historicalAveraging": {"generator": 0.2, "discriminator": 0.5}}),
    ],
}
path = ROOT / "test/parity/fixtures/improved_techniques.json"
path.write_text(json.dumps(fixture) + "\n")
print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")
for case in fixture["cases"]:
    print(case["source"], case["steps"][0], case["steps"][-1])
