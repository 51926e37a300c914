"""Writes test/parity/fixtures/inception.json: torch-fidelity's Inception-v3 with weights that both sides make.

    python3 -m pip install torch numpy
    python3 -m pip install --no-deps torch-fidelity
    python3 tools/parity/inception.py [WEIGHTS.pth]

The 24 million weights are a hash of their place (bench/hash.ts, bench/peers/hashed.py), scaled as He et
al. do, so that only images and features need to be stored. With a path, the weights are also written there
by torch.save, for a look by hand at what gan-kit reads of such a file.

Features are computed in float64 and stored as float32. The modules are loaded without the package's
__init__, which imports torchvision and more that nothing here needs.
"""

import argparse
import base64
import importlib
import importlib.metadata
import importlib.util
import json
import math
import pathlib
import sys
import types

import torch

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
from hashed import fill  # noqa: E402

SEED = 20151205
NAMES = ["64", "192", "768", "2048", "logits_unbiased", "logits"]
package = types.ModuleType("torch_fidelity")
package.__path__ = list(importlib.util.find_spec("torch_fidelity").submodule_search_locations)
sys.modules["torch_fidelity"] = package
extractor = importlib.import_module("torch_fidelity.feature_extractor_inceptionv3")
resize = extractor.interpolate_bilinear_2d_like_tensorflow1x


def weights(shapes):
    """Every weight by its key; `k` is the place of the key in the state_dict."""
    return {key: weight(key, shape, SEED + k) for k, (key, shape) in enumerate(shapes.items())}


def weight(key, shape, seed):
    """float64 until the last step, so that both languages round once and alike."""
    noise = fill(shape, seed, 1.0).double()
    module, kind = key.split(".")[-2:]
    if kind == "weight" and module != "bn":
        return (noise * math.sqrt(6 / math.prod(shape[1:]))).float()
    amount = {"weight": 0.25, "bias": 0.25, "running_mean": 0.25, "running_var": 0.5}[kind]
    return (noise * amount + (1 if kind in ("running_var", "weight") else 0)).float()


def network(dtype, state=None):
    """The reference's constructor fetches weights; it gets these. What it calls float64 is float32 (0.4.0)."""
    extractor.load_state_dict_from_url = lambda url, progress: state
    kind = extractor.FeatureExtractorInceptionV3
    if state is None:
        kind = type("Unloaded", (kind,), {"load_state_dict": lambda self, state: None})
    net = kind("inception", NAMES, verbose=False).to(dtype)
    net.feature_extractor_internal_dtype = dtype
    return net


def bytes_of(shape, seed):
    return ((fill(shape, seed, 1.0).double() + 1) * 128).clamp(0, 255).to(torch.uint8)


def encoded(values):
    return base64.b64encode(values.contiguous().numpy().tobytes()).decode()


def picture(seed, height, width, noise, slope, edge):
    """Something for every kind of filter, and not the same at its four borders."""
    values = bytes_of([height, width, 3], seed).double() * noise
    values = values + torch.linspace(0, slope, height, dtype=torch.float64)[:, None, None]
    values = values + (torch.arange(width) > width // 3)[None, :, None] * torch.tensor(edge)
    return values.clamp(0, 255).to(torch.uint8)


def resizing(seed, source, target):
    image = bytes_of([1, 1, *source], seed)
    made = resize(image.float(), size=tuple(target), align_corners=False)
    return {"from": source, "to": target, "bytes": encoded(image), "values": encoded(made)}


def resizings():
    """299 from sizes that divide it, exceed it, and make positions that round up to a whole pixel."""
    sizes = (1, 2, 13, 32, 46, 64, 218, 256, 299, 300, 512, 598, 1023)
    wide = [resizing(SEED + k, [2, size], [3, 299]) for k, size in enumerate(sizes)]
    tall = [resizing(SEED + size, [size, 2], [299, 3]) for size in (1, 40, 512)]
    return [*wide, *tall]


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
parser.add_argument("path", nargs="?", help="where to write the weights as a .pth file")
arguments = parser.parse_args()

bare = network(torch.float32)
keys = {key: list(value.shape) for key, value in bare.state_dict().items()}
shapes = {key: shape for key, shape in keys.items() if not key.endswith("num_batches_tracked")}
state = weights(shapes)
if arguments.path is not None:
    torch.save(state, arguments.path)

grey = picture(SEED, 32, 40, 0.25, 120, [70, 20, 0])
loud = picture(SEED + 1, 32, 40, 1, 0, [0, 60, 200])
images = torch.stack([grey, loud])
batch = images.permute(0, 3, 1, 2).contiguous()
exact, single = (network(dtype, state)(batch) for dtype in (torch.float64, torch.float32))
errors = {}
for name, reference, other in zip(NAMES, exact, single):
    top = reference.abs().max()
    errors[name] = float(f"{((other - reference).abs().max() / top).item():.1e}")
    apart = ((reference[0] - reference[1]).abs().max() / top).item()
    print(f"{name}: largest {top:.3g}, images apart {apart:.2g}, torch in float32 {errors[name]:.1e}")
    assert 0.1 < top < 1000 and apart > 0.05

fixture = {
    "meta": {
        "generator": "tools/parity/inception.py",
        "reference": "torch-fidelity, FeatureExtractorInceptionV3",
        "versions": {
            "torch-fidelity": importlib.metadata.version("torch-fidelity"),
            "torch": torch.__version__,
        },
        "dtype": "features computed in float64, of float32 weights; resizing in float32, as there",
        "seed": SEED,
        "note": "images (uint8, NHWC), features and resized rows (float32) are base64; float32 has the"
        " error of torch's own float32 features",
        "float32": errors,
    },
    "parameters": sum(parameter.numel() for parameter in bare.parameters()),
    "keys": keys,
    "images": {"shape": list(images.shape), "bytes": encoded(images)},
    "features": {name: encoded(value.float()) for name, value in zip(NAMES, exact)},
    "resizings": resizings(),
}
path = ROOT / "test/parity/fixtures/inception.json"
path.write_text(json.dumps(fixture) + "\n")
print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")
