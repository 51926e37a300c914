"""Writes test/parity/fixtures/lpips_network.json: distances of lpips with weights that both sides make.

    python3 -m pip install torch torchvision lpips
    python3 tools/parity/lpips_network.py [FOLDER]

The weights of torchvision's AlexNet and VGG16, and of the linear layers, are a hash of their place
(bench/hash.ts, bench/peers/hashed.py), so that only images and distances need to be stored. Nothing is
downloaded. With a folder, torch.save writes the state_dicts there, torchvision's whole and lpips' own linear
layers, with the distances of these, for a look by hand at what gan-kit reads of such files.
"""

import argparse
import base64
import importlib.metadata
import json
import math
import pathlib
import re
import shutil
import sys
import warnings

import lpips
import torch
import torchvision

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
from hashed import fill  # noqa: E402

SEED = 20180111
SIZE = [2, 37, 45, 3]
warnings.filterwarnings("ignore")


def weight(key, shape, seed):
    """float64 until the last step, so that both languages round once and alike."""
    noise = fill(shape, seed, 1.0).double()
    if key.startswith("lin"):
        return ((noise + 1) * 0.5).float()
    scale = 0.25 if key.endswith("bias") else math.sqrt(6 / math.prod(shape[1:]))
    return (noise * scale).float()


def images(seed):
    values = (fill(SIZE, seed, 1.0).double() + 1) * 128
    values = values * 0.5 + torch.linspace(0, 120, SIZE[1], dtype=torch.float64)[:, None, None]
    return values.clamp(0, 255).to(torch.uint8)


target = images(SEED)
prediction = torch.roll(target, 3, 2)
prediction[1] = images(SEED + 1)[1]


def distances(model, dtype):
    model = model.to(dtype)
    x, y = (value.to(dtype).permute(0, 3, 1, 2) / 127.5 - 1 for value in (target, prediction))
    with torch.no_grad():
        total, layers = model(x, y, retPerLayer=True)
    return total.flatten().double(), [layer.flatten().double() for layer in layers]


def network(name, classifier):
    """lpips around a network of torchvision; both share the modules' weights."""
    model = lpips.LPIPS(pretrained=False, net=name, pnet_rand=True, verbose=False)
    state = classifier.state_dict()
    own = {}
    for key in model.state_dict():
        found = re.fullmatch(r"net\.slice\d\.(\d+\.(weight|bias))", key)
        if found:
            own[key] = state[f"features.{found[1]}"]
    model.load_state_dict(own, strict=False)
    return model


def reference(name, maker):
    classifier = maker(weights=None)
    state = classifier.state_dict()
    features = [key for key in state if key.startswith("features.")]
    made = {key: weight(key, list(state[key].shape), SEED + k) for k, key in enumerate(features)}
    classifier.load_state_dict(made, strict=False)
    model = network(name, classifier)
    linear = {}
    for k, channels in enumerate(model.chns):
        linear[f"lin{k}.model.1.weight"] = weight("lin", [1, channels, 1, 1], SEED + 100 + k)
    model.load_state_dict(linear, strict=False)
    if arguments.folder is not None:
        folder = pathlib.Path(arguments.folder)
        torch.save(classifier.state_dict(), folder / f"{name}_backbone.pth")
        package = pathlib.Path(lpips.__file__).parent / "weights" / "v0.1" / f"{name}.pth"
        shutil.copy(package, folder / f"{name}_linear.pth")
        real = network(name, classifier)
        real.load_state_dict(torch.load(package, map_location="cpu"), strict=False)
        (folder / f"{name}.json").write_text(json.dumps(distances(real, torch.float64)[0].tolist()))
    exact, layers = distances(model, torch.float64)
    single, _ = distances(model, torch.float32)
    error = ((single - exact).abs() / exact).max().item()
    print(f"{name}: {exact.tolist()}, torch in float32 {error:.1e}")
    return {
        "keys": {key: list(state[key].shape) for key in features},
        "linear": {key: list(value.shape) for key, value in linear.items()},
        "distances": exact.tolist(),
        "layers": [layer.tolist() for layer in layers],
        "float32": float(f"{error:.1e}"),
    }


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
parser.add_argument("folder", nargs="?", help="where to write weights as .pth files")
arguments = parser.parse_args()

makers = {"alex": torchvision.models.alexnet, "vgg": torchvision.models.vgg16}
fixture = {
    "meta": {
        "generator": "tools/parity/lpips_network.py",
        "reference": "lpips.LPIPS, version 0.1",
        "versions": {name: importlib.metadata.version(name) for name in ("lpips", "torch", "torchvision")},
        "dtype": "computed in float64, of float32 weights; float32 has the error of torch's own float32",
        "seed": SEED,
        "note": "images are uint8, NHWC, base64; lpips is given byte/127.5 - 1",
    },
    "images": {
        "shape": SIZE,
        "target": base64.b64encode(target.numpy().tobytes()).decode(),
        "prediction": base64.b64encode(prediction.contiguous().numpy().tobytes()).decode(),
    },
    "networks": {name: reference(name, maker) for name, maker in makers.items()},
}
path = ROOT / "test/parity/fixtures/lpips_network.json"
path.write_text(json.dumps(fixture) + "\n")
print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")
