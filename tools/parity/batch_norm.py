"""Writes test/parity/fixtures/batch_norm.json: torch.nn.functional.batch_norm in float64.

    python3 tools/parity/batch_norm.py
"""

import json
import platform
from pathlib import Path

import torch

SEED = 5
EPSILON = 1e-5
MOMENTUM = 0.1  # PyTorch's; gan-kit writes 1 - 0.1


def case(*shape):
    """NHWC on the outside, as in gan-kit; NCHW for torch."""
    channels = shape[-1]
    x = torch.randn(*shape, dtype=torch.float64) * 1.7 + torch.arange(channels, dtype=torch.float64)
    gamma = torch.randn(channels, dtype=torch.float64) * 0.4 + 1
    beta = torch.randn(channels, dtype=torch.float64)
    weights = torch.randn(*shape, dtype=torch.float64)
    # what the fixture's float32 readers will see
    x, gamma, beta, weights = (t.float().double() for t in (x, gamma, beta, weights))
    leaves = [t.clone().requires_grad_() for t in (x, gamma, beta)]
    mean, variance = torch.zeros(channels, dtype=torch.float64), torch.ones(channels, dtype=torch.float64)

    def normalize(training):
        flat = leaves[0].movedim(-1, 1)
        y = torch.nn.functional.batch_norm(
            flat, mean, variance, leaves[1], leaves[2], training, MOMENTUM, EPSILON
        )
        return y.movedim(1, -1)

    output = normalize(True)
    dx, d_gamma, d_beta = torch.autograd.grad((output * weights).sum(), leaves)
    flat = lambda t: [float(f"{v:.9g}") for v in t.detach().flatten().tolist()]
    return {
        "shape": list(shape),
        "x": flat(x),
        "gamma": flat(gamma),
        "beta": flat(beta),
        "weights": flat(weights),
        "output": flat(output),
        "evaluation": flat(normalize(False)),
        "runningMean": flat(mean),
        "runningVariance": flat(variance),
        "dx": flat(dx),
        "dGamma": flat(d_gamma),
        "dBeta": flat(d_beta),
    }


torch.manual_seed(SEED)
fixture = {
    "meta": {
        "generator": "tools/parity/batch_norm.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "dtype": "float64",
        "seed": SEED,
        "note": "axes are NHWC; dx, dGamma, dBeta are gradients of sum(weights * output)",
    },
    "epsilon": EPSILON,
    "momentum": MOMENTUM,
    "cases": [case(6, 3), case(2, 3, 4, 5), case(3, 1, 2, 1)],
}
path = Path(__file__).parents[2] / "test/parity/fixtures/batch_norm.json"
path.write_text(json.dumps(fixture) + "\n")
