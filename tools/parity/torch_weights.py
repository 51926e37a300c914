"""Weights of the networks of pytorch-CycleGAN-and-pix2pix, there and back.

    python3 -m pip install torch numpy safetensors
    python3 tools/parity/torch_weights.py path/to/pytorch-CycleGAN-and-pix2pix/models/networks.py

writes test/parity/fixtures/torch_weights_*.json: state_dicts of small networks of the reference's own
code, as .pth and as .safetensors files, and a picture that each makes in evaluation mode.

    npx tsx tools/parity/export_weights.ts FOLDER
    python3 tools/parity/torch_weights.py path/to/.../networks.py FOLDER

loads what gan-kit exported into the reference's networks and compares the pictures.
"""

import argparse
import base64
import functools
import importlib.util
import io
import json
import pathlib
import sys

import safetensors
import torch
from safetensors.torch import load_file, save
from torch import nn
from torch.nn.utils import parametrizations, spectral_norm

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
from hashed import fill  # noqa: E402

FIXTURES = ROOT / "test/parity/fixtures"
SEED = 1611
SPECTRAL = {"hook": spectral_norm, "parametrization": parametrizations.spectral_norm}


def norm_layer(options):
    """The reference's norms, and the instance norm of before PyTorch 0.4, which tracked statistics."""
    if options["normalization"] == "batch":
        return nn.BatchNorm2d
    tracked = options.get("tracked", False)
    return functools.partial(nn.InstanceNorm2d, affine=False, track_running_stats=tracked)


def build(networks, architecture, options):
    """A network of the reference from the options of gan-kit's function."""
    norm = norm_layer(options)
    filters, channels = options["filters"], options["inputShape"][2]
    if architecture in ("resnet", "unet"):
        outputs = options.get("outputChannels", channels)
        shared = {"norm_layer": norm, "use_dropout": options.get("dropout", 0) > 0}
        if architecture == "unet":
            net = networks.UnetGenerator(
                channels, outputs, options["downsamplings"], filters, **shared
            )
        else:
            padding = options.get("padding", "reflect")
            net = networks.ResnetGenerator(
                channels, outputs, filters, n_blocks=options["blocks"], padding_type=padding, **shared
            )
    elif architecture == "patch":
        net = networks.NLayerDiscriminator(channels, filters, options.get("layers", 3), norm)
    else:
        net = networks.PixelDiscriminator(channels, filters, norm)
    if options["normalization"] == "none":
        for module in list(net.modules()):
            for name, child in module.named_children():
                if isinstance(child, nn.InstanceNorm2d):
                    setattr(module, name, nn.Identity())
    if "spectralKeys" in options:
        for module in list(net.modules()):
            if isinstance(module, nn.Conv2d):
                SPECTRAL[options["spectralKeys"]](module)
    return net


def picture(net, shape, batch, double=True):
    """NHWC in, NHWC out, in evaluation mode; in float64 what float32 weights make."""
    x = fill([batch, *shape], SEED, 1.0).permute(0, 3, 1, 2)
    net.eval()
    with torch.no_grad():
        y = net.double()(x.double()) if double else net(x)
    return y.permute(0, 2, 3, 1).contiguous()


def wake(net, shape):
    """Scales, offsets, running statistics and u that are not those of a fresh network."""
    with torch.no_grad():
        for i, (_, parameter) in enumerate(sorted(net.named_parameters())):
            amount = 0.3 if parameter.dim() > 1 else 0.2
            parameter.add_(fill(parameter.shape, SEED + i, amount))
    net.train()
    for _ in range(3):
        net(torch.randn(2, shape[2], shape[0], shape[1]))
    return net


INSTANCE = {"normalization": "instance"}
RESNET = {"inputShape": [8, 12, 3], "filters": 2, "blocks": 2, **INSTANCE}
UNET = {
    **{"inputShape": [32, 32, 2], "outputChannels": 1, "filters": 1, "downsamplings": 5},
    **INSTANCE,
}
PATCH = {"inputShape": [16, 20, 3], "filters": 2, "layers": 2, **INSTANCE}
PIXEL = {"inputShape": [3, 5, 6], "filters": 3, **INSTANCE}
# name, architecture, options, how the .pth is written
CASES = [
    ("resnet, instance norm", "resnet", RESNET, "zip"),
    ("resnet, statistics of instance norm", "resnet", {**RESNET, "blocks": 1, "tracked": True}, "legacy"),
    (
        "resnet, batch norm, dropout",
        "resnet",
        {**RESNET, "outputChannels": 1, "blocks": 1, "normalization": "batch", "dropout": 0.5},
        "zip",
    ),
    ("resnet, zero padding", "resnet", {**RESNET, "padding": "zero", "blocks": 1}, "module"),
    ("resnet, no blocks", "resnet", {**RESNET, "blocks": 0}, "legacy"),
    ("unet, batch norm, dropout", "unet", {**UNET, "normalization": "batch", "dropout": 0.5}, "legacy"),
    ("unet, instance norm", "unet", UNET, "zip"),
    ("patch, instance norm", "patch", PATCH, "legacy"),
    (
        "patch, batch norm",
        "patch",
        {**PATCH, "inputShape": [24, 28, 6], "layers": 3, "normalization": "batch"},
        "zip",
    ),
    ("patch, spectral norm by hooks", "patch", {**PATCH, "spectralKeys": "hook"}, "zip"),
    (
        "patch, spectral norm by parametrizations",
        "patch",
        {**PATCH, "normalization": "none", "spectralKeys": "parametrization"},
        "legacy",
    ),
    ("pixel, instance norm", "pixel", PIXEL, "zip"),
    ("pixel, batch norm", "pixel", {**PIXEL, "normalization": "batch"}, "module"),
]


def saved(net, how):
    file = io.BytesIO()
    state = (nn.DataParallel(net) if how == "module" else net).state_dict()
    torch.save(state, file, _use_new_zipfile_serialization=how == "zip")
    return file.getvalue()


def encoded(content):
    return base64.b64encode(content).decode()


def case(networks, name, architecture, options, how):
    torch.manual_seed(SEED)
    net = wake(build(networks, architecture, options), options["inputShape"])
    state = {key: value.contiguous() for key, value in net.state_dict().items()}
    files = {"pth": encoded(saved(net, how)), "safetensors": encoded(save(state, {"format": "pt"}))}
    if options.get("tracked", False):
        # the reference drops the statistics and computes without
        net = build(networks, architecture, {**options, "tracked": False})
        net.load_state_dict({key: state[key] for key, _ in net.named_parameters()})
    y = picture(net, options["inputShape"], 1)
    values = encoded(y.float().numpy().astype("<f4").tobytes())
    return {
        **{"name": name, "architecture": architecture, "options": options, **files},
        "picture": {"shape": list(y.shape), "values": values},
    }


def write_fixtures(networks):
    for architecture in ("resnet", "unet", "patch", "pixel"):
        fixture = {
            "meta": {
                "generator": "tools/parity/torch_weights.py",
                "reference": "junyanz/pytorch-CycleGAN-and-pix2pix, models/networks.py",
                "versions": {"torch": torch.__version__, "safetensors": safetensors.__version__},
                "dtype": "float32 weights, int64 counters; pictures computed in float64",
                "seed": SEED,
                "note": "files and float32 pictures are base64; pictures are NHWC, of fill(size, seed, 1)"
                " of bench/hash.ts",
            },
            "cases": [case(networks, *one) for one in CASES if one[1] == architecture],
        }
        path = FIXTURES / f"torch_weights_{architecture}.json"
        path.write_text(json.dumps(fixture) + "\n")
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")


def compare(networks, folder):
    """Each NAME.json in the folder has the options, NAME.safetensors the weights, as load_file reads."""
    worst = 0.0
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        said = json.loads(path.read_text())
        net = build(networks, said["architecture"], said["options"])
        net.load_state_dict(load_file(path.with_suffix(".safetensors")))
        ours = load_file(path.with_suffix(".picture.safetensors"))["picture"]
        for kind, double in (("float32", False), ("float64", True)):
            theirs = picture(net, said["options"]["inputShape"], ours.shape[0], double)
            error = ((ours - theirs).abs().max() / theirs.abs().max()).item()
            worst = max(worst, error)
            print(f"{path.stem}, {list(ours.shape)}, beside PyTorch in {kind}: {error:.1e}")
    assert 0 < worst < 1e-4, worst


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
parser.add_argument("networks", help="models/networks.py of the reference repository")
parser.add_argument("folder", nargs="?", help="what tools/parity/export_weights.ts wrote")
arguments = parser.parse_args()
spec = importlib.util.spec_from_file_location("networks", arguments.networks)
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)
if arguments.folder is None:
    write_fixtures(reference)
else:
    compare(reference, arguments.folder)
