"""Weights of the Progressive GAN of pytorch_GAN_zoo, there and back.

    python3 -m pip install torch numpy safetensors
    python3 tools/parity/progressive_weights.py [--zoo path/to/pytorch_GAN_zoo]

writes test/parity/fixtures/torch_weights_progressive.json: state_dicts of small networks of facebookresearch's
pytorch_GAN_zoo (b75dee4) as .safetensors files, a checkpoint as its BaseGAN.save writes them, and passes: the output of
stages and fades, and the gradients of sum(coefficients * output) in the input and in every weight. They are computed in
float64 by the transcription in progressive_networks.py, which equals the zoo's own networks, to the rounding of float64,
if a checkout of it is given.

    npx tsx tools/parity/export_progressive.ts FOLDER
    python3 tools/parity/progressive_weights.py --folder FOLDER [--zoo path/to/pytorch_GAN_zoo]

loads what gan-kit exported, at full width, and compares.
"""

import argparse
import base64
import io
import json
import pathlib
import sys
import types

import safetensors
import torch
from safetensors.torch import load_file, save

from progressive_networks import ZooDiscriminator, ZooGenerator, widths

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
from hashed import fill  # noqa: E402

SEED = 1710
BATCH = {"progressiveGenerator": 2, "progressiveDiscriminator": 8}  # the latter has two groups of 4
# stage, and the part t of the stage before
PASSES = [(0, 0.0), (2, 0.0), (2, 0.3)]


def build(said, stage, checkout):
    """A network after so many stages, from the options of gan-kit's function."""
    options = said["options"]
    size, _, channels = options["imageShape"]
    of = widths(size, options["baseChannels"], options["maxChannels"])[: stage + 1]
    is_generator = said["model"] == "progressiveGenerator"
    if checkout is None:
        net = ZooGenerator(options["latentSize"], channels, of) if is_generator else ZooDiscriminator(channels, of)
        return net.double()
    sys.path.insert(0, str(checkout))
    from models.networks.progressive_conv_net import DNet, GNet

    if is_generator:
        net = GNet(options["latentSize"], of[0], dimOutput=channels)
    else:
        net = DNet(of[0], miniBatchNormalization=True, dimInput=channels)
    for width in of[1:]:
        net.addScale(width)
    return net.double()


def run(net, x, t, checkout):
    if checkout is None:
        return net(x, t)
    net.setNewAlpha(t)
    return net(x)


def nhwc(x):
    return x.movedim(1, -1) if x.dim() == 4 else x


def encoded(content):
    return base64.b64encode(content).decode()


def record(tensor):
    values = tensor.detach().contiguous().flatten().float().numpy().astype("<f4")
    return {
        "shape": list(tensor.shape),
        "max": float(abs(values).max()),
        "values": encoded(values.tobytes()),
    }


def input_of(said, stage, batch):
    options = said["options"]
    if said["model"] == "progressiveGenerator":
        return fill([batch, options["latentSize"]], SEED + 1000, 1.0).double()
    r = 4 * 2**stage
    return fill([batch, r, r, options["imageShape"][2]], SEED + 1000, 1.0).double().movedim(-1, 1)


def one_pass(said, state, stage, t, checkout=None):
    """The output, and the gradients in the input and in all weights that it depends on, under the zoo's names."""
    net = build(said, stage, checkout)
    net.load_state_dict({name: state[name] for name in net.state_dict()})
    x = input_of(said, stage, BATCH[said["model"]]).requires_grad_()
    y = run(net, x, t, checkout)
    coefficients = fill(nhwc(y).shape, SEED + 1001, 1.0).double()
    weights = dict(net.named_parameters())
    inputs = [x, *weights.values()]
    of_x, *gradients = torch.autograd.grad((nhwc(y) * coefficients).sum(), inputs, allow_unused=True)
    return {
        "input": nhwc(of_x),
        "output": nhwc(y),
        "gradients": {name: one for name, one in zip(weights, gradients) if one is not None},
    }


def apart(a, b):
    return ((a - b).abs().max() / b.abs().max()).item()


def check(made, theirs):
    assert list(made["gradients"]) == list(theirs["gradients"])
    pairs = [(made[name], theirs[name]) for name in ("input", "output")]
    pairs += [(made["gradients"][name], one) for name, one in theirs["gradients"].items()]
    worst = max(apart(*pair) for pair in pairs)
    assert worst < 1e-12, worst


def state_of(said):
    """Weights of about the size that the networks are made for; biases are not 0."""
    net = build(said, 2, None)
    return {
        name: fill(one.shape, SEED + i, 0.3 if name.endswith("bias") else 1.7)
        for i, (name, one) in enumerate(net.state_dict().items())
    }


def case(said, checkout):
    state = state_of(said)
    passes = []
    for stage, t in PASSES:
        made = one_pass(said, state, stage, t)
        if checkout is not None:
            check(made, one_pass(said, state, stage, t, checkout))
        gradients = [{"name": name} | record(one) for name, one in made["gradients"].items()]
        arrays = {name: record(made[name]) for name in ("input", "output")}
        passes.append({"stage": stage, "fade": t, **arrays, "gradients": gradients})
    return {**said, "safetensors": encoded(save(state, {"format": "pt"})), "passes": passes}


def checkpoint(cases):
    """A file as BaseGAN.save writes it: beside the networks, the settings as an object of the zoo's own class."""
    module = types.ModuleType("models.utils.config")
    module.BaseConfig = type("BaseConfig", (), {"__module__": module.__name__})
    before = {name: sys.modules.get(name) for name in ("models", "models.utils", module.__name__)}
    for name in before:
        sys.modules[name] = module if name == module.__name__ else types.ModuleType(name)
    config = module.BaseConfig()
    config.alpha, config.depthOtherScales, config.lossCriterion = 0, [5, 3], "WGANGP"
    generator, discriminator = (state_of(said) for said in cases)
    average = {name: value + 1 for name, value in generator.items()}
    file = io.BytesIO()
    torch.save({"config": config, "netG": generator, "netD": discriminator, "avgG": average}, file)
    for name, one in before.items():
        del sys.modules[name]
        if one is not None:
            sys.modules[name] = one
    return encoded(file.getvalue())


def write_fixture(checkout):
    options = {"imageShape": [16, 16, 2], "baseChannels": 24, "maxChannels": 5}  # 5, 5 and 3 channels
    cases = [
        {"model": "progressiveGenerator", "options": options | {"latentSize": 3}},
        {"model": "progressiveDiscriminator", "options": options},
    ]
    fixture = {
        "meta": {
            "generator": "tools/parity/progressive_weights.py",
            "reference": "facebookresearch/pytorch_GAN_zoo b75dee4, transcribed",
            "versions": {"torch": torch.__version__, "safetensors": safetensors.__version__},
            "dtype": "float32 weights; outputs and gradients computed in float64",
            "seed": SEED,
            "note": "files and float32 arrays are base64; inputs are fill(size, seed + 1000, 1) of bench/hash.ts, "
            "coefficients of seed + 1001",
        },
        "batch": BATCH,
        "cases": [case(said, checkout) for said in cases],
        "checkpoint": checkpoint(cases),
    }
    path = ROOT / "test/parity/fixtures/torch_weights_progressive.json"
    path.write_text(json.dumps(fixture) + "\n")
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")


def compare(folder, checkout):
    """Each NAME.json in the folder has the options, NAME.safetensors the weights, as load_file reads."""
    worst = 0.0
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        said = json.loads(path.read_text())
        stage = said["options"]["imageShape"][0].bit_length() - 3
        net = build(said, stage, checkout)
        net.load_state_dict(load_file(path.with_suffix(".safetensors")))
        ours = load_file(path.with_suffix(".output.safetensors"))["output"]
        with torch.no_grad():
            theirs = nhwc(run(net, input_of(said, stage, ours.shape[0]), 0.0, checkout))
        worst = max(worst, apart(ours, theirs))
        print(f"{path.stem}, {list(ours.shape)}, beside PyTorch in float64: {apart(ours, theirs):.1e}")
    assert 0 < worst < 1e-4, worst


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--zoo", help="a checkout of facebookresearch/pytorch_GAN_zoo")
    parser.add_argument("--folder", help="what tools/parity/export_progressive.ts wrote")
    arguments = parser.parse_args()
    if arguments.folder is None:
        write_fixture(arguments.zoo)
    else:
        compare(arguments.folder, arguments.zoo)
