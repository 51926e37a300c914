"""
Writes test/parity/fixtures/semi_supervised.json: five steps of createSemiSupervisedGAN, in float64.

    python3 -m pip install torch numpy
    python3 tools/parity/semi_supervised.py

A transcription of openai/improved-gan (4f5d1ec), mnist_svhn_cifar10: the losses of train_mnist_feature_matching.py, and
the generator's of train_cifar_feature_matching.py and train_cifar_minibatch_discrimination.py, with torch's gradients and
Adam. Networks are dense and without noise. The average of the discriminator's weights is gan-kit's: it starts at the
weights, and its decay grows. Latent vectors are the draws of gan-kit's own stream, which tools/parity/stream_draws.ts
prints.
"""

import json
import platform
import subprocess
from pathlib import Path

import torch
from torch.nn.functional import leaky_relu, softplus

ROOT = Path(__file__).parents[2]
SEED, STEPS, LABELLED, UNLABELLED, MATCHED, CLASSES = 2016, 5, 4, 6, 3, 3
LATENTS, SAMPLE, HIDDEN, RATE, DECAY = 3, 4, 7, 1e-2, 0.3
torch.set_default_dtype(torch.float64)


def draws(wanted):
    """One draw after the other, of other sizes: each is read off a run of so many draws of its size."""
    found = []
    for position, count in enumerate(wanted):
        size = count * LATENTS
        call = ["npx", "tsx", "tools/parity/stream_draws.ts", str(SEED), f"latents:uniform:{size}:{position + 1}"]
        printed = subprocess.run(call, cwd=ROOT, capture_output=True, check=True).stdout
        found.append(torch.tensor(json.loads(printed)["latents"][-1]).reshape(count, LATENTS))
    return found


def generate(weights, z):
    kernel1, bias1, kernel2, bias2 = weights
    return torch.tanh(z @ kernel1 + bias1) @ kernel2 + bias2


def features(weights, x):
    return leaky_relu(x @ weights[0] + weights[1], 0.2)


def logits(weights, x):
    return features(weights, x) @ weights[2] + weights[3]


def run(source, options):
    """The losses of each step, the weights after the last, and the discriminator's average."""
    g, d = ([w.clone().requires_grad_() for w in start[name]] for name in ("generator", "discriminator"))
    adam_g, adam_d = (torch.optim.Adam(of, lr=RATE, betas=(0.5, 0.999)) for of in (g, d))
    average = [w.detach().clone() for w in d]
    matching = options["featureMatching"]
    latents = iter(LATENT_DRAWS)
    steps = []
    for n, (x_lab, y, x, other) in enumerate(batches):
        fake = generate(g, next(latents)).detach()
        of_labelled = logits(d, x_lab)
        labelled = (of_labelled.logsumexp(1) - of_labelled[range(LABELLED), y]).mean()
        real, made = (logits(d, samples).logsumexp(1) for samples in (x, fake))
        unlabelled = -0.5 * real.mean() + 0.5 * softplus(real).mean() + 0.5 * softplus(made).mean()
        unlabelled = options.get("unlabelledWeight", 1) * unlabelled
        adam_d.zero_grad()
        (labelled + unlabelled).backward()
        adam_d.step()
        kept = min(DECAY, (1 + n) / (10 + n))
        average = [kept * a + (1 - kept) * w.detach() for a, w in zip(average, d)]
        told = {"labelled": labelled.item(), "unlabelled": unlabelled.item()}

        fake = generate(g, next(latents))
        if matching:
            difference = features(d, other).mean(0) - features(d, fake).mean(0)
            squared = matching.get("distance", "squared") == "squared"
            loss = (difference.square() if squared else difference.abs()).mean()
            told["featureMatching"] = loss.item()
        else:
            loss = -softplus(logits(d, fake).logsumexp(1)).mean()  # mean log(1 − D)
            told["generator"] = loss.item()
        adam_g.zero_grad()
        loss.backward()
        adam_g.step()
        steps.append(told)
    end = listed({"generator": g, "discriminator": d})
    return {"source": source, "options": options, "steps": steps, "end": end, "average": [w.tolist() for w in average]}


def dense(random, sizes):
    tensors = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        for shape in ((inputs, outputs), (outputs,)):
            tensors.append((0.8 * torch.randn(shape, generator=random)).float().double())
    return tensors


def listed(networks):
    return {name: [one.tolist() for one in weights] for name, weights in networks.items()}


LATENT_DRAWS = draws([UNLABELLED, MATCHED] * STEPS)
random = torch.Generator().manual_seed(SEED)
start = {
    "generator": dense(random, (LATENTS, HIDDEN, SAMPLE)),
    "discriminator": dense(random, (SAMPLE, HIDDEN, CLASSES)),
}


def samples(count):
    return torch.randn(count, SAMPLE, generator=random).float().double()


batches = []
for _ in range(STEPS):
    labels = torch.randint(CLASSES, (LABELLED,), generator=random)
    batches.append((samples(LABELLED), labels, samples(UNLABELLED), 1 + samples(MATCHED)))
fixture = {
    "meta": {
        "generator": "tools/parity/semi_supervised.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "dtype": "float64 from float32 weights and samples",
    },
    **{"seed": SEED, "rate": RATE, "decay": DECAY, "start": listed(start)},
    "batches": [
        {"labelled": a.tolist(), "labels": y.tolist(), "unlabelled": b.tolist(), "matched": c.tolist()}
        for a, y, b, c in batches
    ],
    "cases": [
        run("the code for MNIST", {"featureMatching": {"layer": "act"}}),
        run(
            "the code for CIFAR-10, with another weight",
            {"featureMatching": {"layer": "act", "distance": "absolute"}, "unlabelledWeight": 0.5},
        ),
        run("the minibatch version", {"featureMatching": False}),
    ],
}
path = ROOT / "test/parity/fixtures/semi_supervised.json"
path.write_text(json.dumps(fixture) + "\n")
print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")
for case in fixture["cases"]:
    print(case["source"], case["steps"][0], case["steps"][-1])
