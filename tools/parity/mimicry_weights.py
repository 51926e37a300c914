"""Weights of the residual networks of mimicry, there and back.

    python3 -m pip install torch numpy safetensors
    python3 tools/parity/mimicry_weights.py path/to/mimicry

writes test/parity/fixtures/torch_weights_residual.json, torch_weights_cgan_pd.json and torch_weights_sagan.json: state_dicts of small networks of kwotsin/mimicry (a7fda06) as
.safetensors files, of two of them also checkpoints as its save_checkpoint writes them, and what each network
makes in evaluation mode.

    npx tsx tools/parity/export_residual.ts FOLDER
    python3 tools/parity/mimicry_weights.py path/to/mimicry FOLDER

loads what gan-kit exported, at full width, and compares.
"""

import argparse
import base64
import io
import json
import pathlib
import sys

import safetensors
import torch
from safetensors.torch import load_file, save

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
from hashed import fill  # noqa: E402
from mimicry import load_mimicry  # noqa: E402

SEED = 1802


def build(nets, said):
    """A network of mimicry from the options of gan-kit's function."""
    options = said["options"]
    size = options["imageShape"][0]
    is_generator = said["model"] == "residualGenerator"
    name, family = ("WGANGP", "wgan_gp") if options.get("form") == "wgan-gp" else ("SNGAN", "sngan")
    classes = {}
    if "classes" in options:
        name, family, classes = "CGANPD", "cgan_pd", {"num_classes": options["classes"]}
    if "attention" in options:
        name, family = "SAGAN", "sagan"
    module = nets(f"{family}.{family}_{size}")
    widest = {32: (1, 1), 48: (8, 16), 64: (16, 16), 128: (16, 16)}[size]
    if is_generator:
        make = getattr(module, f"{name}Generator{size}")
        return make(nz=options["latentSize"], ngf=widest[0] * options["filters"], **classes)
    return getattr(module, f"{name}Discriminator{size}")(ndf=widest[1] * options["filters"], **classes)


def labels_of(said, batch):
    """The classes 1, 2, … of a batch, in a list of arguments; none for a network without classes."""
    classes = said["options"].get("classes")
    return [] if classes is None else [torch.arange(1, batch + 1) % classes]


def output(net, said, batch):
    """Images NHWC, or logits [batch, 1]; in float64 what float32 weights make."""
    options = said["options"]
    is_generator = said["model"] == "residualGenerator"
    shape = [options["latentSize"]] if is_generator else options["imageShape"]
    x = fill([batch, *shape], SEED, 1.0).double()
    net = net.double().eval()
    with torch.no_grad():
        y = net(x if is_generator else x.permute(0, 3, 1, 2), *labels_of(said, batch))
    return y.permute(0, 2, 3, 1).contiguous() if is_generator else y


def wake(net, said):
    """Scales, offsets, running statistics and u that are not those of a fresh network."""
    options = said["options"]
    with torch.no_grad():
        for i, (_, parameter) in enumerate(sorted(net.named_parameters())):
            parameter.add_(fill(parameter.shape, SEED + i, 0.2))
    net.train()
    is_generator = said["model"] == "residualGenerator"
    height, width, channels = options["imageShape"]
    shape = [options["latentSize"]] if is_generator else [channels, height, width]
    for _ in range(3):
        net(torch.randn(4, *shape), *labels_of(said, 4))
    return net


def encoded(content):
    return base64.b64encode(content).decode()


def case(nets, name, model, options, has_checkpoint=False):
    torch.manual_seed(SEED)
    said = {"name": name, "model": model, "options": options}
    net = wake(build(nets, said), said)
    state = {key: value.contiguous() for key, value in net.state_dict().items()}
    optimizer = torch.optim.Adam(net.parameters())
    file = io.BytesIO()
    # BaseModel.save_checkpoint
    checkpoint = {"model_state_dict": state, "optimizer_state_dict": optimizer.state_dict(), "global_step": 3}
    torch.save(checkpoint, file)
    checkpoint = {"checkpoint": encoded(file.getvalue())} if has_checkpoint else {}
    y = output(net, said, 1 if model == "residualGenerator" else 2)
    return {
        **said,
        **checkpoint,
        "safetensors": encoded(save(state, {"format": "pt"})),
        "shape": list(y.shape),
        "output": encoded(y.float().numpy().astype("<f4").tobytes()),
    }


def write_fixture(nets):
    def at(size, filters, **options):
        return {"imageShape": [size, size, 3], "filters": filters, **options}

    generator, discriminator = "residualGenerator", "residualDiscriminator"
    cgan = [
        ("cGAN-PD 32, generator", generator, at(32, 2, latentSize=4, classes=3)),
        ("cGAN-PD 32, discriminator", discriminator, at(32, 3, classes=4)),
        ("cGAN-PD 128, discriminator", discriminator, at(128, 1, classes=3)),
    ]
    cases = [
        ("SN-GAN 32, generator", generator, at(32, 3, latentSize=5), True),
        ("SN-GAN 32, discriminator", discriminator, at(32, 3), True),
        ("SN-GAN 48, discriminator", discriminator, at(48, 1)),
        ("WGAN-GP 48, generator", generator, at(48, 1, latentSize=3, form="wgan-gp")),
        ("WGAN-GP 48, discriminator", discriminator, at(48, 1, form="wgan-gp")),
    ]
    write("torch_weights_residual", nets, cases)
    write("torch_weights_cgan_pd", nets, cgan)
    sagan = [
        (
            *("SAGAN 32, generator", generator),
            at(32, 8, latentSize=3, classes=3, attention=16, spectralNorm=True),
        ),
        ("SAGAN 32, discriminator", discriminator, at(32, 8, classes=4, attention=8)),
    ]
    write("torch_weights_sagan", nets, sagan)


def write(name, nets, cases):
    fixture = {
        "meta": {
            "generator": "tools/parity/mimicry_weights.py",
            "reference": "kwotsin/mimicry a7fda06",
            "versions": {"torch": torch.__version__, "safetensors": safetensors.__version__},
            "dtype": "float32 weights, int64 counters; outputs computed in float64",
            "seed": SEED,
            "note": "files and float32 outputs are base64; inputs are fill(size, seed, 1) of bench/hash.ts",
        },
        "cases": [case(nets, *one) for one in cases],
    }
    path = ROOT / f"test/parity/fixtures/{name}.json"
    path.write_text(json.dumps(fixture) + "\n")
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")


def compare(nets, folder):
    """Each NAME.json in the folder has the options, NAME.safetensors the weights, as load_file reads."""
    worst = 0.0
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        said = json.loads(path.read_text())
        net = build(nets, said)
        net.load_state_dict(load_file(path.with_suffix(".safetensors")))
        ours = load_file(path.with_suffix(".output.safetensors"))["output"]
        theirs = output(net, said, ours.shape[0])
        error = ((ours - theirs).abs().max() / theirs.abs().max()).item()
        worst = max(worst, error)
        print(f"{path.stem}, {list(ours.shape)}, beside PyTorch in float64: {error:.1e}")
    assert 0 < worst < 1e-4, worst


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
parser.add_argument("mimicry", help="a checkout of kwotsin/mimicry")
parser.add_argument("folder", nargs="?", help="what tools/parity/export_residual.ts wrote")
arguments = parser.parse_args()
if arguments.folder is None:
    write_fixture(load_mimicry(arguments.mimicry))
else:
    compare(load_mimicry(arguments.mimicry), arguments.folder)
