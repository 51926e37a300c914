"""Weights of the DCGAN of pytorch/examples, there and back.

    python3 -m pip install torch numpy safetensors
    python3 tools/parity/dcgan_weights.py

writes test/parity/fixtures/torch_weights_dcgan.json: state_dicts of small networks of that form, as .pth
and as .safetensors files, and what each makes in evaluation and in training mode.

    npx tsx tools/parity/export_dcgan.ts FOLDER
    python3 tools/parity/dcgan_weights.py FOLDER

loads what gan-kit exported, at full width, and compares.
"""

import base64
import io
import json
import pathlib
import sys

import safetensors
import torch
from safetensors.torch import load_file, save
from torch import nn
from torch.nn.utils import spectral_norm

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
from hashed import fill  # noqa: E402

SEED = 1611


class Main(nn.Module):
    """As the example names them: one nn.Sequential, `main`."""

    def __init__(self, *layers):
        super().__init__()
        self.main = nn.Sequential(*layers)

    def forward(self, x):
        return self.main(x)


def generator(latent, filters, channels, doublings=4):
    widths = [filters * 2**k for k in reversed(range(doublings))]
    layers = [nn.ConvTranspose2d(latent, widths[0], 4, 1, 0, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU(True)]
    for a, b in zip(widths, widths[1:]):
        layers += [nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(True)]
    return Main(*layers, nn.ConvTranspose2d(filters, channels, 4, 2, 1, bias=False), nn.Tanh())


def discriminator(filters, channels, doublings=4, spectral=False):
    wrap = spectral_norm if spectral else (lambda layer: layer)
    widths = [filters * 2**k for k in range(doublings)]
    layers = [wrap(nn.Conv2d(channels, filters, 4, 2, 1, bias=False)), nn.LeakyReLU(0.2, True)]
    for a, b in zip(widths, widths[1:]):
        layers.append(wrap(nn.Conv2d(a, b, 4, 2, 1, bias=False)))
        layers += [] if spectral else [nn.BatchNorm2d(b)]
        layers.append(nn.LeakyReLU(0.2, True))
    return Main(*layers, wrap(nn.Conv2d(widths[-1], 1, 4, 1, 0, bias=False)), nn.Sigmoid())


def build(said):
    options = said["options"]
    side, _, channels = options["imageShape"]
    doublings = (side // 4).bit_length() - 1
    if said["kind"] == "generator":
        return generator(options["latentSize"], options["filters"], channels, doublings)
    spectral = options.get("spectralNorm", False)
    return discriminator(options["filters"], channels, doublings, spectral)


def input_of(said, batch, double=True):
    """[batch, latent] as [batch, latent, 1, 1], and images NHWC as NCHW."""
    options = said["options"]
    if said["kind"] == "generator":
        x = fill([batch, options["latentSize"]], SEED, 1.0)[:, :, None, None]
    else:
        x = fill([batch, *options["imageShape"]], SEED, 1.0).permute(0, 3, 1, 2)
    return x.double() if double else x


def output(net, said, batch, training=False):
    """Images NHWC, or logits [batch, 1]: the sigmoid of the example is part of the losses here."""
    net = net.double().train(training)
    layers = net.main if said["kind"] == "generator" else net.main[:-1]
    with torch.no_grad():
        y = layers(input_of(said, batch))
    return y.permute(0, 2, 3, 1).contiguous() if said["kind"] == "generator" else y.reshape(batch, 1)


def wake(net, said):
    """Weights as the example draws them, then scales, statistics and u that are not those of a fresh network."""
    for module in net.modules():
        name = module.__class__.__name__
        if "Conv" in name:
            nn.init.normal_(getattr(module, "weight_orig", module.weight), 0.0, 0.1)
        elif "BatchNorm" in name:
            nn.init.normal_(module.weight, 1.0, 0.2)
            nn.init.normal_(module.bias, 0.3, 0.2)
    net.train()
    for _ in range(3):
        net(torch.randn_like(input_of(said, 4, double=False)))
    return net


def encoded(tensor):
    return base64.b64encode(tensor.float().numpy().astype("<f4").tobytes()).decode()


def case(name, kind, options, how):
    torch.manual_seed(SEED)
    said = {"name": name, "kind": kind, "options": options}
    net = wake(build(said), said)
    file = io.BytesIO()
    torch.save(net.state_dict(), file, _use_new_zipfile_serialization=how == "zip")
    state = {key: value.contiguous() for key, value in net.state_dict().items()}
    files = {
        "pth": base64.b64encode(file.getvalue()).decode(),
        "safetensors": base64.b64encode(save(state, {"format": "pt"})).decode(),
    }
    batch = 1 if kind == "generator" and options["imageShape"][0] > 32 else 3
    evaluated = output(net, said, batch)
    # the hook advances v before u, the parametrization and gan-kit u before v: half a round apart
    without = batch == 1 or "spectralNorm" in options
    trained = {} if without else {"trained": encoded(output(net, said, batch, training=True))}
    return {
        **said,
        **files,
        "shape": list(evaluated.shape),
        "evaluated": encoded(evaluated),
        **trained,
    }


def write_fixture():
    example = {"imageShape": [64, 64, 3], "filters": 1}
    small = {"imageShape": [32, 32, 1], "filters": 2}
    fixture = {
        "meta": {
            "generator": "tools/parity/dcgan_weights.py",
            "reference": "pytorch/examples, dcgan/main.py",
            "versions": {"torch": torch.__version__, "safetensors": safetensors.__version__},
            "dtype": "float32 weights, int64 counters; outputs computed in float64",
            "seed": SEED,
            "note": "files and float32 outputs are base64; inputs are fill(size, seed, 1) of bench/hash.ts",
        },
        "cases": [
            case("the generator of the example", "generator", {**example, "latentSize": 5}, "zip"),
            case("the generator at 32 × 32", "generator", {**small, "latentSize": 7}, "legacy"),
            case("the discriminator of the example", "discriminator", example, "legacy"),
            case(
                "a discriminator with spectral norm",
                "discriminator",
                {**small, "spectralNorm": True},
                "zip",
            ),
        ],
    }
    path = ROOT / "test/parity/fixtures/torch_weights_dcgan.json"
    path.write_text(json.dumps(fixture) + "\n")
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")


def compare(folder):
    """Each NAME.json in the folder has the options, NAME.safetensors the weights, as load_file reads."""
    worst = 0.0
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        said = json.loads(path.read_text())
        net = build(said)
        net.load_state_dict(load_file(path.with_suffix(".safetensors")))
        ours = load_file(path.with_suffix(".output.safetensors"))["output"]
        theirs = output(net, said, ours.shape[0])
        error = ((ours - theirs).abs().max() / theirs.abs().max()).item()
        worst = max(worst, error)
        print(f"{path.stem}, {list(ours.shape)}, beside PyTorch in float64: {error:.1e}")
    assert 0 < worst < 1e-4, worst


if len(sys.argv) > 1:
    compare(sys.argv[1])
else:
    write_fixture()
