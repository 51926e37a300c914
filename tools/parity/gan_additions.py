"""Writes test/parity/fixtures/gan_additions.json: ten steps of createGAN with each of its additions, by PyTorch.

    python3 -m pip install torch numpy
    python3 tools/parity/gan_additions.py PATH

PATH is a checkout of mit-han-lab/data-efficient-gans, whose DiffAugment_pytorch.py changes the images. Everything else
is a transcription in float64, with torch's gradients and Adam, of the papers that each case names. Networks are dense;
samples are small images, flattened as [height, width, channels]. Latent vectors, alpha, labels and the numbers of
DiffAugment are the draws of gan-kit's own streams, which tools/parity/stream_draws.ts prints.
"""

import json
import pathlib
import subprocess
import sys

import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, sys.argv[1])
import DiffAugment_pytorch as diff_augment  # noqa: E402

ROOT = pathlib.Path(__file__).parents[2]
torch.set_default_dtype(torch.float64)
STEPS, BATCH, LATENT, HIDDEN = 10, 6, 3, 5
IMAGE = (4, 5, 2)  # height, width, channels
SIZE = 40
CLASSES = 3
SEED, RATE = 1712, 1e-2


def single(x):
    """What float32 holds exactly."""
    return x.float().double()


def dense(inputs, units, random):
    layer = nn.Linear(inputs, units)
    with torch.no_grad():
        layer.weight.copy_(single(torch.randn(units, inputs, generator=random) * 0.4))
        layer.bias.copy_(single(torch.randn(units, generator=random) * 0.1))
    return layer


def packed(layers):
    """As tfjs has them."""
    return [{"kernel": rounded(one.weight.T), "bias": rounded(one.bias)} for one in layers]


def rounded(x):
    return [float(f"{value:.9g}") for value in x.detach().flatten().tolist()]


def parameters(layers):
    return [parameter for layer in layers for parameter in layer.parameters()]


class Streams:
    """What gan-kit draws."""

    def __init__(self, **wanted):
        specs = [f"{name}:{kind}:{size}:{count}" for name, (kind, size, count) in wanted.items()]
        call = ["npx", "tsx", "tools/parity/stream_draws.ts", str(SEED), *specs]
        drawn = json.loads(subprocess.run(call, cwd=ROOT, capture_output=True, check=True).stdout)
        self.left = {name: iter(draws) for name, draws in drawn.items()}

    def take(self, name, *shape):
        return torch.tensor(next(self.left[name.replace("_", " ")])).reshape(shape)


class Torch:
    """torch itself, but for what DiffAugment draws."""

    def __init__(self, streams):
        self.streams = streams

    def __getattr__(self, name):
        return getattr(torch, name)

    def rand(self, *size, dtype, device):
        return self.streams.take("augmentations", *size)

    def randint(self, low, high, size, device):
        return low + (self.streams.take("augmentations", *size) * (high - low)).floor().long()


LOSSES = {
    "hinge": (lambda r, f: F.relu(1 - r).mean() + F.relu(1 + f).mean(), lambda f: -f.mean()),
    "nonSaturating": (lambda r, f: F.softplus(-r).mean() + F.softplus(f).mean(), lambda f: F.softplus(-f).mean()),
    "wasserstein": (lambda r, f: f.mean() - r.mean(), lambda f: -f.mean()),
}


def gradient(d, x):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(d(x).sum(), x, create_graph=True)[0].flatten(1)


def r1(d, real, fake, streams):
    return 5 * gradient(d, real).square().sum(1).mean()


def gradient_penalty(d, real, fake, streams):
    alpha = streams.take("gradient_penalty", real.shape[0], *[1] * (real.dim() - 1))
    norms = gradient(d, real + alpha * (fake - real)).norm(dim=1)
    return 10 * (norms - 1).square().mean()


PENALTIES = {"r1": r1, "gradientPenalty": gradient_penalty}


random = torch.Generator().manual_seed(SEED)
REALS = [single(torch.rand(BATCH, *IMAGE, generator=random) * 2 - 1) for _ in range(STEPS)]
LABELS = [torch.randint(CLASSES, (BATCH,), generator=random) for _ in range(STEPS)]


class LeCam:
    """google/lecam-gan, biggan_cifar: lecam_reg, and the EMA of third_party/utils.py, written anew."""

    def __init__(self, weight, decay, start):
        self.weight, self.decay, self.start = weight, decay, start
        self.anchors = [1000.0, 1000.0]  # of real and of generated samples

    def term(self, r, f, t):
        kept = self.decay if t >= self.start else 0
        self.anchors = [kept * a + (1 - kept) * x.mean().item() for a, x in zip(self.anchors, (r, f))]
        if t <= self.start:
            return None
        of_real, of_fake = self.anchors
        return self.weight * (F.relu(r - of_fake).square().mean() + F.relu(of_real - f).square().mean())


def run(source, loss, penalty=None, augment=None, packing=1, classifier=None, lecam=None):
    random = torch.Generator().manual_seed(SEED + 1)
    inputs = LATENT + (CLASSES if classifier else 0)
    g = [dense(inputs, HIDDEN, random), dense(HIDDEN, SIZE, random)]
    d = [dense(packing * SIZE, HIDDEN, random), dense(HIDDEN, 1, random)]
    if classifier:
        d.append(dense(HIDDEN, CLASSES, random))
    start = {"generator": packed(g), "discriminator": packed(d)}
    streams = Streams(
        latents=("normal", BATCH * LATENT, 2 * STEPS),
        augmentations=("uniform", BATCH, 3 * 7 * STEPS),
        conditions=("uniform", BATCH, 2 * STEPS),
        **{"gradient penalty": ("uniform", BATCH // packing, STEPS)},
    )
    diff_augment.torch = Torch(streams)

    def generate():
        """Samples, and the classes that they should have."""
        c = (streams.take("conditions", BATCH) * CLASSES).floor().long() if classifier else None
        z = streams.take("latents", BATCH, LATENT)
        inputs = torch.cat([z, F.one_hot(c, CLASSES).double()], dim=1) if classifier else z
        return torch.tanh(g[1](torch.tanh(g[0](inputs)))).reshape(BATCH, *IMAGE), c

    def features(x):
        return F.leaky_relu(d[0](x.flatten(1)), 0.2)

    def judge(x):
        return d[1](features(x))

    def class_term(weight, x, c):
        return weight * F.cross_entropy(d[2](features(x)), c)

    def shown(x):
        if augment:
            x = diff_augment.DiffAugment(x, policy=augment, channels_first=False)
        return torch.cat([x[i::packing] for i in range(packing)], dim=-1)  # channels of consecutive images

    averages = LeCam(**lecam) if lecam else None
    of_d, of_g = LOSSES[loss]
    adam_g, adam_d = (torch.optim.Adam(parameters(of), lr=RATE, betas=(0.5, 0.999)) for of in (g, d))
    steps = []
    for t, (x, y) in enumerate(zip(REALS, LABELS)):
        real = shown(x)
        made, c = generate()
        fake = shown(made.detach())
        r, f = judge(real), judge(fake)
        terms = {"discriminator": of_d(r, f)}
        if averages and (term := averages.term(r, f, t)) is not None:
            terms["leCam"] = term
        if penalty:
            terms["penalty"] = PENALTIES[penalty](judge, real, fake, streams)
        if classifier:
            for name, samples, classes in (("real", real, y), ("fake", fake, c)):
                if classifier["discriminator"][name]:
                    terms[f"{name}Class"] = class_term(classifier["discriminator"][name], samples, classes)
        adam_d.zero_grad()
        sum(terms.values()).backward()
        adam_d.step()
        told = {name: term.item() for name, term in terms.items()}
        made, c = generate()
        fake = shown(made)
        terms = {"generator": of_g(judge(fake))}
        if classifier:
            terms["generatorClass"] = class_term(classifier["generator"], fake, c)
        told |= {name: term.item() for name, term in terms.items()}
        adam_g.zero_grad()
        sum(terms.values()).backward()
        adam_g.step()
        steps.append(told)
    options = {"loss": loss, "penalty": penalty, "augment": augment, "packing": packing, "classifier": classifier}
    if lecam:
        options["leCam"] = lecam
    anchors = {"anchors": averages.anchors} if averages else {}
    return {
        **{"source": source, "options": {key: value for key, value in options.items() if value is not None}},
        **{"start": start, "steps": steps},
        "end": {"generator": packed(g), "discriminator": packed(d)},
        **anchors,
    }


fixture = {
    "generator": "tools/parity/gan_additions.py",
    "versions": {"torch": torch.__version__},
    "dtype": "float64",
    **{"seed": SEED, "rate": RATE, "batch": BATCH, "latentSize": LATENT, "image": IMAGE},
    "classes": CLASSES,
    "reals": [rounded(x) for x in REALS],
    "labels": [y.tolist() for y in LABELS],
    "cases": [
        run("DiffAugment, arXiv 2006.10738", "hinge", penalty="r1", augment="color,translation,cutout"),
        run("PacGAN, arXiv 1712.04086", "wasserstein", penalty="gradientPenalty", packing=2),
        run("PacGAN of changed images", "nonSaturating", augment="translation,cutout", packing=3),
        run(
            "AC-GAN, arXiv 1610.09585",
            "nonSaturating",
            classifier={"discriminator": {"real": 1, "fake": 1}, "generator": 1},
        ),
        run(
            "the classes of WGAN-GP's code",
            "wasserstein",
            penalty="gradientPenalty",
            classifier={"discriminator": {"real": 1, "fake": 0}, "generator": 0.1},
        ),
        run("LeCam, arXiv 2104.03310", "nonSaturating", lecam={"weight": 0.3, "decay": 0.9, "start": 2}),
    ],
}
path = ROOT / "test/parity/fixtures/gan_additions.json"
path.write_text(json.dumps(fixture) + "\n")
print(path.name, path.stat().st_size, "bytes")
for case in fixture["cases"]:
    print(case["source"], case["steps"][0], case["steps"][-1])
