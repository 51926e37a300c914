"""Writes test/parity/fixtures/linear_decay.json: factors of the reference's own scheduler.

    python3 tools/parity/linear_decay.py PATH

PATH is a checkout of junyanz/pytorch-CycleGAN-and-pix2pix, whose `get_scheduler` makes a LambdaLR.
`counts` are the factors of counts 0, 1, …; `before` are those that epochs start, start + 1, … run
at if the scheduler steps as an epoch begins, `after` if it steps as one ends. `trajectories` are
weights of optimizers under the third case, stepping first: two steps an epoch, with the gradients of
optimizers.py.
"""

import json
import platform
import sys
import warnings
from argparse import Namespace
from pathlib import Path

import torch

sys.path.insert(0, sys.argv[1])
from models import networks  # noqa: E402

CASES = [
    {"epochs": 100, "decayEpochs": 100, "start": 1},
    {"epochs": 100, "decayEpochs": 100, "start": 131},
    {"epochs": 3, "decayEpochs": 5, "start": 2},
    {"epochs": 4, "decayEpochs": 0, "start": 1},
    {"epochs": 0, "decayEpochs": 7, "start": 1},
]

OPTIMIZERS = {
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=0.25, betas=(0.5, 0.999)),
    "rmsprop": lambda parameters: torch.optim.RMSprop(parameters, lr=0.25, momentum=0.5),
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.25, momentum=0.5),
}


def scheduler_of(optimizer, case):
    return networks.get_scheduler(
        optimizer,
        Namespace(
            lr_policy="linear",
            epoch_count=case["start"],
            n_epochs=case["epochs"],
            n_epochs_decay=case["decayEpochs"],
        ),
    )


def factors(case, step):
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = scheduler_of(optimizer, case)
    result = []
    for _ in range(case["start"], case["epochs"] + case["decayEpochs"] + 1):
        if step == "before":
            scheduler.step()
        result.append(optimizer.param_groups[0]["lr"])
        if step == "after":
            scheduler.step()
    return result, scheduler


def run(case):
    before, _ = factors(case, "before")
    after, scheduler = factors(case, "after")
    counts = [scheduler.lr_lambdas[0](e) for e in range(len(before) + 1)]
    return {**case, "counts": counts, "before": before, "after": after}


def gradient(step):
    values = [((37 * step + 101 * i) % 97 - 20) / 64 for i in range(3)]
    return torch.tensor(values, dtype=torch.float64)


def trajectory(name, case):
    parameter = torch.nn.Parameter(torch.zeros(3, dtype=torch.float64))
    optimizer = OPTIMIZERS[name]([parameter])
    scheduler = scheduler_of(optimizer, case)
    values = []
    step = 0
    for _ in range(case["start"], case["epochs"] + case["decayEpochs"] + 1):
        scheduler.step()
        for _ in range(2):
            step += 1
            parameter.grad = gradient(step)
            optimizer.step()
        values.append(parameter.detach().tolist())
    return values


def main():
    warnings.simplefilter("ignore")  # torch warns about a scheduler that steps first
    fixture = {
        "meta": {
            "generator": "tools/parity/linear_decay.py",
            "reference": "models/networks.py of pytorch-CycleGAN-and-pix2pix at 00d5574",
            "versions": {"torch": torch.__version__, "python": platform.python_version()},
            "dtype": "float64",
            "seed": None,
        },
        "cases": [run(case) for case in CASES],
        "trajectories": {name: trajectory(name, CASES[2]) for name in OPTIMIZERS},
    }
    path = Path(__file__).parents[2] / "test/parity/fixtures/linear_decay.json"
    path.write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
