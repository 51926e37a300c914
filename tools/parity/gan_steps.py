"""Writes test/parity/fixtures/gan_steps_{dcgan,sn_dcgan,wgan_gp}.json: ten steps of createGAN, by PyTorch.

    python3 -m pip install torch numpy
    python3 tools/parity/gan_steps.py

The networks are those of pytorch/examples (dcgan/main.py) at 16 x 16, in float64; optimizers, losses and
torch.nn.utils.parametrizations.spectral_norm are torch's. Latent vectors and alpha are the draws of gan-kit's own
streams, which tools/parity/gan_draws.ts prints; real images come from the hash of bench/peers/hashed.py.

A generator step leaves the discriminator's running statistics and singular vectors where they are, as in gan-kit.
"""

import base64
import json
import pathlib
import subprocess
import sys

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
from hashed import fill  # noqa: E402

torch.set_default_dtype(torch.float64)
STEPS, BATCH, LATENT, SIDE, CHANNELS, FILTERS = 10, 4, 5, 16, 2, 3
SEED = 1511
LAMBDA = 10


class Main(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.main = nn.Sequential(*layers)

    def forward(self, x):
        return self.main(x)


def generator():
    f = FILTERS
    return Main(
        nn.ConvTranspose2d(LATENT, 2 * f, 4, 1, 0, bias=False), nn.BatchNorm2d(2 * f), nn.ReLU(),
        nn.ConvTranspose2d(2 * f, f, 4, 2, 1, bias=False), nn.BatchNorm2d(f), nn.ReLU(),
        nn.ConvTranspose2d(f, CHANNELS, 4, 2, 1, bias=False), nn.Tanh(),
    )  # fmt: skip


def discriminator(normalization):
    f = FILTERS
    wrap = spectral_norm if normalization == "spectral" else (lambda layer: layer)
    norm = [nn.BatchNorm2d(2 * f)] if normalization == "batch" else []
    return Main(
        wrap(nn.Conv2d(CHANNELS, f, 4, 2, 1, bias=False)), nn.LeakyReLU(0.2),
        # as in gan-kit, a layer that no batch norm follows has a bias, but for those at image and logit
        wrap(nn.Conv2d(f, 2 * f, 4, 2, 1, bias=not norm)), *norm, nn.LeakyReLU(0.2),
        wrap(nn.Conv2d(2 * f, 1, 4, 1, 0, bias=False)),
    )  # fmt: skip


def non_saturating(real, fake):
    ones, zeros = torch.ones_like(real), torch.zeros_like(fake)
    bce = F.binary_cross_entropy_with_logits
    return bce(real, ones) + bce(fake, zeros)


LOSSES = {
    "nonSaturating": (
        non_saturating,
        lambda fake: F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake)),
    ),
    "hinge": (lambda real, fake: F.relu(1 - real).mean() + F.relu(1 + fake).mean(), lambda fake: -fake.mean()),
    "wasserstein": (lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean()),
}


def gradient_penalty(net, real, fake, alpha):
    points = (real + alpha[:, None, None, None] * (fake - real)).requires_grad_()
    (gradient,) = torch.autograd.grad(net(points).sum(), points, create_graph=True)
    return LAMBDA * ((gradient.flatten(1).norm(2, dim=1) - 1) ** 2).mean()


def images(step):
    return fill([BATCH, SIDE, SIDE, CHANNELS], SEED + step, 1.0).double().permute(0, 3, 1, 2)


def packed(net):
    """float32 is what gan-kit starts from, too."""
    def encode(value):
        data = base64.b64encode(value.detach().float().contiguous().numpy().astype("<f4").tobytes())
        return {"shape": list(value.shape), "data": data.decode()}

    return {key: encode(value) for key, value in net.state_dict().items() if value.is_floating_point()}


def wake(net):
    """Weights of the size of trained ones, exact in float32; singular vectors that have not converged."""
    for name, value in net.state_dict().items():
        if not value.is_floating_point():
            continue
        if value.dim() > 1:
            value.copy_(0.15 * torch.randn_like(value))
        elif name.endswith("weight"):
            value.copy_(1 + 0.1 * torch.randn_like(value))
        elif name.endswith("bias"):
            value.copy_(0.1 * torch.randn_like(value))
        value.copy_(value.float().double())
    return net


def draws():
    command = ["npx", "tsx", "tools/parity/gan_draws.ts", str(SEED), str(BATCH), str(LATENT), str(2 * STEPS)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def run(loss, normalization, rule, critic_steps=1, penalty=False, power_iteration="step"):
    torch.manual_seed(SEED)
    g, d = wake(generator()), wake(discriminator(normalization))
    start = {"generator": packed(g), "discriminator": packed(d)}
    d_loss, g_loss = LOSSES[loss]
    options = {"lr": rule["learningRate"], "betas": (rule["beta1"], rule["beta2"])}
    of_g, of_d = torch.optim.Adam(g.parameters(), **options), torch.optim.Adam(d.parameters(), **options)
    drawn = draws()
    latents, alphas = iter(drawn["latents"]), iter(drawn["alphas"])

    def z():
        return torch.tensor(next(latents)).reshape(BATCH, LATENT, 1, 1)

    losses = []
    for step in range(STEPS):
        real, fake = images(step), g(z()).detach()
        of_d.zero_grad()
        if power_iteration == "step":  # one kernel, and one iteration, for both passes
            with parametrize.cached():
                value = d_loss(d(real), d(fake))
        else:
            value = d_loss(d(real), d(fake))
        told = {"discriminator": value.item()}
        if penalty:
            cost = gradient_penalty(d, real, fake, torch.tensor(next(alphas)))
            told["penalty"] = cost.item()
            value = value + cost
        value.backward()
        of_d.step()
        if (step + 1) % critic_steps == 0:
            of_g.zero_grad()
            buffers = {key: value.clone() for key, value in d.named_buffers()}
            if normalization == "spectral":
                d.eval()  # σ by the vectors that are there
            value = g_loss(d(g(z())))
            d.train()
            value.backward()
            of_g.step()
            for key, buffer in d.named_buffers():
                buffer.copy_(buffers[key])
            told["generator"] = value.item()
        losses.append(told)
    end = {"generator": packed(g), "discriminator": packed(d)}
    return {
        **{"loss": loss, "normalization": normalization, "adam": rule, "criticSteps": critic_steps},
        **({"penalty": LAMBDA} if penalty else {}),
        **{"powerIteration": power_iteration, "losses": losses, "start": start, "end": end},
    }


def rule(rate, beta1, beta2):
    return {"learningRate": rate, "beta1": beta1, "beta2": beta2}


CASES = {
    "dcgan": [run("nonSaturating", "batch", rule(2e-3, 0.5, 0.999))],
    "sn_dcgan": [
        run("hinge", "spectral", rule(2e-3, 0.5, 0.999), power_iteration=power_iteration)
        for power_iteration in ("step", "call")
    ],
    "wgan_gp": [run("wasserstein", "none", rule(1e-3, 0.0, 0.9), critic_steps=2, penalty=True)],
}

for name, cases in CASES.items():
    fixture = {
        "generator": "tools/parity/gan_steps.py",
        "reference": "networks of pytorch/examples, dcgan/main.py",
        "versions": {"torch": torch.__version__},
        "dtype": "float64, stored as float32",
        "seed": SEED,
        "note": "images of step k are fill(size, seed + k, 1) of bench/hash.ts, NHWC",
        **{"batch": BATCH, "latentSize": LATENT, "imageShape": [SIDE, SIDE, CHANNELS], "filters": FILTERS},
        "cases": cases,
    }
    path = ROOT / f"test/parity/fixtures/gan_steps_{name}.json"
    path.write_text(json.dumps(fixture) + "\n")
    print(path.name, path.stat().st_size, "bytes;", cases[0]["losses"][0], cases[0]["losses"][-1])
