"""Writes test/parity/fixtures/gradient_penalty.json: penalties of small critics, as PyTorch has them.

    python3 -m pip install torch
    python3 tools/parity/gradient_penalty.py

Samples, weights, α and noise are float32; PyTorch works on them in float64, so that the comparison
measures gan-kit's rounding alone. The penalties are written as the trainers of PyTorch write them: a
gradient of the summed outputs with create_graph, its norm, a mean. Everything is stored in the layout
of TensorFlow.js: NHWC, kernels [kH, kW, in, out], dense kernels [in, out].
"""

import json
import pathlib

import torch
import torch.nn.functional as F

SEED = 1704
generator = torch.Generator().manual_seed(SEED)


def normal(*shape, spread=1.0, shift=0.0):
    x = torch.randn(*shape, generator=generator, dtype=torch.float32)
    return (x * spread + shift).float().double()


def uniform(*shape):
    return torch.rand(*shape, generator=generator, dtype=torch.float32).double()


def conv(x, kernel, bias, stride, padding=0):
    """x is NHWC, as gan-kit has it; PyTorch wants the channels first."""
    y = F.conv2d(
        x.movedim(-1, 1), kernel.permute(3, 2, 0, 1), bias, stride=stride, padding=padding
    )
    return y.movedim(1, -1)


nearest = []  # to the kink of LeakyReLU: float32 must not land on the other side


def leaky(x):
    nearest.append(x.abs().min().item())
    return F.leaky_relu(x, 0.2)


def dense_critic(w):
    def critic(x):
        h = torch.tanh(x @ w["k1"] + w["b1"])
        h = F.softplus(h @ w["k2"] + w["b2"])
        return h @ w["k3"] + w["b3"]

    return critic


def conv_critic(w):
    def critic(x):
        h = leaky(conv(x, w["k1"], w["b1"], stride=2))
        return h.flatten(1) @ w["k2"] + w["b2"]

    return critic


def patch_critic(w):
    def critic(x):
        h = leaky(conv(x, w["k1"], w["b1"], stride=2, padding=1))
        h = F.softplus(conv(h, w["k2"], w["b2"], stride=1))
        return conv(h, w["k3"], w["b3"], stride=1)

    return critic


CRITICS = {
    "dense": (
        dense_critic,
        (5, 6),
        {"k1": (6, 7), "b1": (7,), "k2": (7, 5), "b2": (5,), "k3": (5, 1), "b3": (1,)},
    ),
    "conv": (
        conv_critic,
        (4, 7, 7, 2),
        {"k1": (3, 3, 2, 3), "b1": (3,), "k2": (27, 1), "b2": (1,)},
    ),
    "patch": (
        patch_critic,
        (3, 8, 8, 2),
        {
            "k1": (4, 4, 2, 4),
            "b1": (4,),
            "k2": (2, 2, 4, 3),
            "b2": (3,),
            "k3": (1, 1, 3, 1),
            "b3": (1,),
        },
    ),
}


def set_up(shape, weights):
    rank = len(shape)
    return {
        "weights": {name: normal(*size, spread=0.6) for name, size in weights.items()},
        "real": normal(*shape, shift=0.4),
        "fake": normal(*shape, spread=0.5, shift=-0.3),
        "alpha": uniform(shape[0]),
        "noise": uniform(*shape),
    }, (shape[0],) + (1,) * (rank - 1)


def points(at, data, per_sample, scale=0.5):
    real, fake = data["real"], data["fake"]
    alpha = data["alpha"].reshape(per_sample)
    if at == "interpolates":
        return real + alpha * (fake - real)
    if at == "perturbed":  # DRAGAN's own code: a perturbed batch, then interpolates towards it
        perturbed = real + scale * real.std(unbiased=False) * data["noise"]
        return real + alpha * (perturbed - real)
    return {"real": real, "fake": fake}[at]


def input_gradient(critic, x, outputs):
    x = x.clone().requires_grad_()
    y = critic(x)
    score = y.sum() if outputs == "sum" else y.flatten(1).mean(1).sum()
    (gradient,) = torch.autograd.grad(score, x, create_graph=True)
    return gradient


def penalty(gradient, target=1.0, sided="two", epsilon=None):
    flat = gradient.flatten(1)
    if target == 0:
        return flat.square().sum(1).mean()
    norm = flat.norm(2, dim=1) if epsilon is None else (flat.square().sum(1) + epsilon).sqrt()
    excess = norm - target
    return (F.relu(excess) if sided == "one" else excess).square().mean()


# what gan-kit is told, and what of it the reference is told
SETTINGS = [
    {},
    {"target": 0.75},
    {"sided": "one", "target": 0.75},
    {"sided": "one", "target": 4.0},
    {"at": "real"},
    {"at": "fake", "sided": "one", "target": 0.5},
    {"at": "perturbed"},
    {"at": "perturbed", "scale": 2.0, "target": 0.5},
    {"target": 0},
    {"at": "real", "target": 0},
    {"at": "fake", "target": 0},
    {"epsilon": 0.01},
]


def cases(name):
    make, shape, weights = CRITICS[name]
    data, per_sample = set_up(shape, weights)
    w = {key: value.clone().requires_grad_() for key, value in data["weights"].items()}
    critic = make(w)
    results = []
    for settings in SETTINGS:
        for outputs in ("sum", "mean") if name == "patch" else ("sum",):
            sampling = {k: v for k, v in settings.items() if k == "scale"}
            rule = {k: v for k, v in settings.items() if k in ("target", "sided", "epsilon")}
            x = points(settings.get("at", "interpolates"), data, per_sample, **sampling)
            value = penalty(input_gradient(critic, x, outputs), **rule)
            gradients = torch.autograd.grad(value, list(w.values()), allow_unused=True)
            results.append(
                {
                    "options": {**settings, **({} if outputs == "sum" else {"outputs": "mean"})},
                    "value": value.item(),
                    "gradients": {
                        key: flat(torch.zeros_like(p) if g is None else g)
                        for (key, p), g in zip(w.items(), gradients)
                    },
                }
            )
    stored = {key: tensor(data[key]) for key in ("real", "fake", "alpha", "noise")}
    return {
        "weights": {key: tensor(value) for key, value in data["weights"].items()},
        **stored,
        "inputGradient": flat(input_gradient(critic, data["real"], "sum")),
        "cases": results,
    }


def flat(x):
    return [float(f"{v:.9g}") for v in x.detach().flatten().tolist()]


def tensor(x):
    return {"shape": list(x.shape), "data": flat(x)}


fixture = {
    "meta": {
        "generator": "tools/parity/gradient_penalty.py",
        "versions": {"torch": torch.__version__},
        "dtype": "inputs float32, computed in float64",
        "seed": SEED,
        "note": "values are unweighted; a weight that the penalty does not depend on has gradient 0",
    },
    "critics": {name: cases(name) for name in CRITICS},
}
assert min(nearest) > 1e-4, f"a LeakyReLU stands {min(nearest)} from its kink: take another seed"

path = pathlib.Path(__file__).parents[2] / "test/parity/fixtures/gradient_penalty.json"
path.write_text(json.dumps(fixture) + "\n")
print(path.name, path.stat().st_size, "bytes; nearest kink", min(nearest))
