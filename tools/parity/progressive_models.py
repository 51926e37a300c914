"""Writes test/parity/fixtures/progressive_networks.json: the networks of Progressive GAN.

    python3 -m pip install torch numpy
    python3 tools/parity/progressive_models.py

They are the transcription of the authors' code in progressive_networks.py, with weights under gan-kit's names and
layouts.

Weights, inputs and coefficients are made by a hash in both languages (bench/hash.ts, bench/peers/hashed.py) and
are not in the files: weight i of a network from stream `seed` + i. The files hold the output of passes in stages and
fades, and the gradients of sum(coefficients * output) in the input and in every weight of the stage. All is
computed in float64 from what float32 holds. Images are NHWC.

Those of pytorch_GAN_zoo are in progressive_weights.py.
"""

import base64
import json
import platform
import sys
from pathlib import Path

import torch

from progressive_networks import discriminator_shapes, generate, generator_shapes, judge

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
from hashed import fill  # noqa: E402

FIXTURES = ROOT / "test/parity/fixtures"
SEED = 1710
SIZE, CHANNELS, LATENTS, BASE, MOST = 16, 2, 5, 32, 6
BATCH = 8  # two groups
OPTIONS = {"imageShape": [SIZE, SIZE, CHANNELS], "baseChannels": BASE, "maxChannels": MOST}
# stage, and the part t of the stage before
PASSES = [(0, 0.0), (2, 0.0), (2, 0.3)]


def unit(shape, seed):
    """Between -1 and 1, exact in float32."""
    return fill(shape, seed, 1.0).double()


def weight(name, shape, seed):
    """Of the sizes that the networks are made for."""
    return unit(shape, seed) * (0.3 if name.endswith("bias") else 1.7)


def record(tensor):
    values = tensor.detach().contiguous().flatten().float().numpy().astype("<f4")
    return {
        "shape": list(tensor.shape),
        "max": float(abs(values).max()),
        "values": base64.b64encode(values.tobytes()).decode(),
    }


def nhwc(x):
    return x.movedim(1, -1) if x.dim() == 4 else x


def one_pass(network, stage, t, x, run, weights):
    """The output, and the gradients in x and in all weights that it depends on."""
    x.requires_grad_()
    y = run(x)
    coefficients = unit(nhwc(y).shape, SEED + 1001)
    gradients = torch.autograd.grad(
        (nhwc(y) * coefficients).sum(), [x, *weights.values()], allow_unused=True
    )
    used = {name: g for name, g in zip(weights, gradients[1:]) if g is not None}
    return {
        "network": network,
        "stage": stage,
        "fade": t,
        "input": record(nhwc(gradients[0])),
        "output": record(nhwc(y)),
        "gradients": [{"name": name} | record(g) for name, g in used.items()],
    }


def input_of(network, stage):
    if network == "generator":
        return unit((BATCH, LATENTS), SEED + 1000)
    r = 4 * 2**stage
    return unit((BATCH, r, r, CHANNELS), SEED + 1000).movedim(-1, 1)


def transcribed():
    networks = {
        "generator": (generator_shapes(SIZE, CHANNELS, LATENTS, BASE, MOST), generate),
        "discriminator": (discriminator_shapes(SIZE, CHANNELS, BASE, MOST), judge),
    }
    passes, weights = [], {}
    for network, (shapes, run) in networks.items():
        of = {
            name: weight(name, shape, SEED + i).requires_grad_()
            for i, (name, shape) in enumerate(shapes.items())
        }
        weights[network] = [{"name": name, "shape": shape} for name, shape in shapes.items()]
        for stage, t in PASSES:
            x = input_of(network, stage)
            passes.append(one_pass(network, stage, t, x, lambda x: run(of, x, stage, t), of))
    return {"options": OPTIONS, "weights": weights, "passes": passes}


def write(name, content):
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    head = {"generator": "tools/parity/progressive_models.py", "versions": versions, "dtype": "float64"}
    sizes = {"seed": SEED, "batch": BATCH, "latentSize": LATENTS}
    path = FIXTURES / f"{name}.json"
    path.write_text(json.dumps(head | sizes | content) + "\n")
    print(path.name, path.stat().st_size)


if __name__ == "__main__":
    write("progressive_networks", transcribed())
