"""Writes test/parity/fixtures/optimizers.json: trajectories of torch.optim under given gradients.

    python3 tools/parity/optimizers.py

The gradients follow a formula that both sides compute exactly (integers over powers of two). Four
scales, the smallest near epsilon, show where epsilon stands.
"""

import json
import platform
from pathlib import Path

import torch

STEPS = [1, 2, 3, 10, 30, 100]
SIZE = 10
SCALES = [0, 4, 10, 27]

NAMES = {
    "learningRate": "lr",
    "weightDecay": "weight_decay",
    "epsilon": "eps",
    "decay": "alpha",
}

CASES = {
    "adam, defaults of GAN papers": ("adam", {"learningRate": 2e-4, "beta1": 0.5, "beta2": 0.999}),
    "adam, defaults of torch": ("adam", {"learningRate": 1e-3, "beta1": 0.9, "beta2": 0.999}),
    "adam, no first moment": ("adam", {"learningRate": 1e-2, "beta1": 0.0, "beta2": 0.9}),
    "adam, large epsilon": ("adam", {"learningRate": 1e-2, "beta1": 0.5, "beta2": 0.99, "epsilon": 0.1}),
    "adam, weight decay": (
        "adam",
        {"learningRate": 1e-2, "beta1": 0.5, "beta2": 0.999, "weightDecay": 0.5},
    ),
    "rmsprop, plain": ("rmsprop", {"learningRate": 5e-5}),
    "rmsprop, momentum": ("rmsprop", {"learningRate": 1e-2, "decay": 0.9, "momentum": 0.9}),
    "rmsprop, centered": ("rmsprop", {"learningRate": 1e-2, "decay": 0.95, "centered": True}),
    "rmsprop, centered with momentum": (
        "rmsprop",
        {"learningRate": 1e-2, "epsilon": 1e-3, "momentum": 0.5, "centered": True},
    ),
    "sgd, plain": ("sgd", {"learningRate": 0.1}),
    "sgd, weight decay": ("sgd", {"learningRate": 0.1, "weightDecay": 0.25}),
    "sgd, momentum": ("sgd", {"learningRate": 0.1, "momentum": 0.9}),
    "sgd, momentum with dampening": (
        "sgd",
        {"learningRate": 0.1, "momentum": 0.9, "dampening": 0.5},
    ),
    "sgd, nesterov": (
        "sgd",
        {"learningRate": 0.1, "momentum": 0.9, "nesterov": True, "weightDecay": 0.25},
    ),
}

# what is done with gradients before the rule; steps count calls
GRADIENT_CASES = {
    "adam, three calls a step": ("adam", {"learningRate": 1e-2, "beta1": 0.5, "beta2": 0.99, "accumulate": 3}),
    "adam, clipped": ("adam", {"learningRate": 1e-2, "beta1": 0.5, "beta2": 0.99, "clipNorm": 1.0}),
    "rmsprop, clipped": ("rmsprop", {"learningRate": 1e-2, "decay": 0.9, "clipNorm": 0.75}),
    "rmsprop, two calls a step": ("rmsprop", {"learningRate": 1e-2, "momentum": 0.5, "accumulate": 2}),
    "sgd, clipped": ("sgd", {"learningRate": 0.1, "clipNorm": 1.0}),
    "sgd, four calls a step, clipped, with weight decay": (
        "sgd",
        {"learningRate": 0.1, "momentum": 0.9, "weightDecay": 0.25, "accumulate": 4, "clipNorm": 0.6},
    ),
}
SHAPES = [(2, 3), (4,)]


def gradient(step):
    return torch.tensor(
        [((37 * step + 101 * i) % 97 - 20) / 64 / 2 ** SCALES[i % 4] for i in range(SIZE)],
        dtype=torch.float64,
    )


def start(options):
    """Zero, where nothing is lost to rounding; elsewhere with weight decay, which needs a weight."""
    values = [(i - 4) / 8 if options.get("weightDecay", 0) > 0 else 0.0 for i in range(SIZE)]
    return torch.tensor(values, dtype=torch.float64)


def make(kind, options, parameters):
    arguments = {NAMES.get(key, key): value for key, value in options.items()}
    if kind == "adam":
        arguments["betas"] = (arguments.pop("beta1"), arguments.pop("beta2"))
    classes = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop, "sgd": torch.optim.SGD}
    return classes[kind](parameters, **arguments)


def run(kind, options):
    rule = dict(options)
    calls, limit = rule.pop("accumulate", 1), rule.pop("clipNorm", None)
    first, second = start(options).split([6, 4])
    parameters = [torch.nn.Parameter(part.reshape(shape)) for part, shape in zip((first, second), SHAPES)]
    optimizer = make(kind, rule, parameters)
    trajectory, clipped = [], 0
    for step in range(1, max(STEPS) + 1):
        for parameter, part in zip(parameters, gradient(step).split([6, 4])):
            part = part.reshape(parameter.shape) / calls
            parameter.grad = part if parameter.grad is None else parameter.grad + part
        if step % calls == 0:
            if limit is not None:
                clipped += int(torch.nn.utils.clip_grad_norm_(parameters, limit) > limit)
            optimizer.step()
            optimizer.zero_grad()
        if step in STEPS:
            trajectory.append([value for one in parameters for value in one.detach().flatten().tolist()])
    if limit is not None:  # both branches of the minimum
        assert 0 < clipped < max(STEPS) // calls, (kind, options, clipped)
    return {
        "optimizer": kind,
        "options": options,
        "start": start(options).tolist(),
        "trajectory": trajectory,
    }


def main():
    fixture = {
        "meta": {
            "generator": "tools/parity/optimizers.py",
            "versions": {"torch": torch.__version__, "python": platform.python_version()},
            "dtype": "float64",
            "seed": None,
            "note": "gradient of element i at step t: ((37t + 101i) mod 97 - 20) / 64 / 2^scale[i mod 4]",
        },
        "steps": STEPS,
        "scales": SCALES,
        "cases": {name: run(*case) for name, case in CASES.items()},
        "gradientCases": {name: run(*case) for name, case in GRADIENT_CASES.items()},
    }
    path = Path(__file__).parents[2] / "test/parity/fixtures/optimizers.json"
    path.write_text(json.dumps(fixture, indent=1) + "\n")


if __name__ == "__main__":
    main()
