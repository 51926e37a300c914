"""Writes test/parity/fixtures/{cyclegan,pix2pix}_steps.json: ten training steps of each.

    python3 -m pip install torch numpy pillow
    python3 tools/parity/translation_steps.py PATH_OF_PYTORCH_CYCLEGAN_AND_PIX2PIX

Runs the authors' own models/cycle_gan_model.py and models/pix2pix_model.py, in float64, on small networks
whose weights and images come from a hash that the test computes as well. Stored are the losses of each step,
the decisions of the pools, and the weights at the end. Dropout is off: its masks cannot be shared.
"""

import argparse
import base64
import json
import math
import pathlib
import sys
import types

import numpy as np
import torch

arguments = argparse.ArgumentParser()
arguments.add_argument("reference", help="a clone of junyanz/pytorch-CycleGAN-and-pix2pix")
reference = pathlib.Path(arguments.parse_args().reference)
sys.path.insert(0, str(reference))

from models import networks  # noqa: E402
from models.cycle_gan_model import CycleGANModel  # noqa: E402
from models.pix2pix_model import Pix2PixModel  # noqa: E402
from util import image_pool  # noqa: E402

torch.set_default_dtype(torch.float64)
STEPS = 10
RATE = 2e-4


def hashed(seed, *shape):
    """Values in [-1, 1): the fraction of 43758.5453 sin(12.9898 i + 78.233 seed)."""
    i = np.arange(math.prod(shape), dtype=np.float64)
    x = np.sin(12.9898 * (i + 1) + 78.233 * (seed + 1)) * 43758.5453
    values = (2 * (x - np.floor(x)) - 1).astype(np.float32)
    return torch.from_numpy(values.astype(np.float64)).reshape(shape)


def fill(network, seed):
    """Weights of the order of those that training has, norms near 1."""
    for k, (name, weight) in enumerate(network.named_parameters()):
        value = hashed(100 * seed + k, *weight.shape)
        is_norm = weight.dim() == 1 and name.endswith("weight")
        weight.data.copy_(1 + 0.1 * value if is_norm else 0.2 * value)


class Decisions:
    """Stands for `random` in the pools; notes what was decided."""

    def __init__(self):
        self.made = []
        self.draws = 0

    def uniform(self, low, high):
        self.draws += 1
        p = float((hashed(7, self.draws)[-1] + 1) / 2)
        self.made.append({"swap": p > 0.5})
        return p

    def randint(self, low, high):
        self.draws += 1
        index = int((hashed(7, self.draws)[-1] + 1) / 2 * (high + 1))
        self.made[-1]["index"] = index
        return index


def options(**changes):
    base = dict(
        isTrain=True, gpu_ids=[], checkpoints_dir="none", name="none", preprocess="none",
        input_nc=2, output_nc=3, ngf=3, ndf=4, netG="small", netD="n_layers", n_layers_D=2,
        norm="instance", init_type="normal", init_gain=0.02, no_dropout=True, pool_size=2,
        gan_mode="lsgan", lr=RATE, beta1=0.5, direction="AtoB",
        lambda_A=10.0, lambda_B=8.0, lambda_identity=0.5, lambda_L1=100.0,
    )  # fmt: skip
    return types.SimpleNamespace(**{**base, **changes})


def small_generator(input_nc, output_nc, ngf, netG, norm, use_dropout, *rest):
    layer = networks.get_norm_layer(norm)
    if netG == "small_unet":
        return networks.UnetGenerator(input_nc, output_nc, 5, ngf, layer, use_dropout)
    return networks.ResnetGenerator(input_nc, output_nc, ngf, layer, use_dropout, n_blocks=2)


networks.define_G = small_generator


def packed(tensor):
    values = tensor.detach().to(torch.float32).contiguous().numpy()
    return {"shape": list(values.shape), "data": base64.b64encode(values.tobytes()).decode()}


def run(model, names, channels, batch, size):
    for k, name in enumerate(names):
        network = getattr(model, "net" + name)
        network.to(torch.float64)
        fill(network, k + 1)
    losses = []
    for step in range(STEPS):
        a = hashed(1000 + step, batch, channels[0], size, size)
        b = hashed(2000 + step, batch, channels[1], size, size)
        model.set_input({"A": a, "B": b, "A_paths": [], "B_paths": []})
        model.optimize_parameters()
        losses.append({name: float(getattr(model, "loss_" + name).detach()) for name in model.loss_names})
    weights = {
        name: {key: packed(value) for key, value in getattr(model, "net" + name).named_parameters()}
        for name in names
    }
    return {"losses": losses, "weights": weights, "size": size, "batch": batch}


decisions = Decisions()
image_pool.random = decisions
cycle_options = options(input_nc=3)
cycle = run(CycleGANModel(cycle_options), ["G_A", "G_B", "D_A", "D_B"], (3, 3), 1, 16)
cycle["pool"] = {"size": 2, "decisions": decisions.made}

pix2pix_options = options(
    netG="small_unet", norm="batch", pool_size=0, gan_mode="vanilla", ngf=2
)
pix2pix = run(Pix2PixModel(pix2pix_options), ["G", "D"], (2, 3), 2, 32)

for name, steps in (("cyclegan", cycle), ("pix2pix", pix2pix)):
    fixture = {
        "generator": "tools/parity/translation_steps.py",
        "versions": {
            "torch": torch.__version__,
            "reference": "junyanz/pytorch-CycleGAN-and-pix2pix, 2021-11",
        },
        "dtype": "float64, stored as float32",
        "rate": RATE,
        "lambdas": {"a": 10, "b": 8, "identity": 0.5, "l1": 100},
        **steps,
    }
    path = pathlib.Path(__file__).parents[2] / f"test/parity/fixtures/{name}_steps.json"
    path.write_text(json.dumps(fixture) + "\n")
    print(path.name, path.stat().st_size, "bytes;", steps["losses"][-1])
