"""Writes test/parity/fixtures/translation_*.json: the networks of pytorch-CycleGAN-and-pix2pix.

    python3 tools/parity/translation_models.py path/to/pytorch-CycleGAN-and-pix2pix/models/networks.py

The networks are the reference's own, at a reduced width. Weights, inputs and coefficients are made by
a hash in both languages (bench/hash.ts, bench/peers/hashed.py) and are not in the files; these hold, of
one pass in training mode with dropout off, the output, the gradients of sum(coefficients * output) in the
input and in every parameter, and the running statistics after the pass. All is computed in float64 from
what float32 holds. Parameters are in torch's layout, under torch's keys; images are NHWC.

A record of a tensor holds its greatest absolute value, its dot products with hashed vectors over the root
of its size, and all its values as float32 in base64; of a large one, values at hashed places.

    ... networks.py --full-width FOLDER [NAME ...]

does the same with 64 filters, sampled everywhere, into a folder outside of the repository (two minutes), for
images of the published size and, under the name with `_small`, for small ones. Then

    GAN_KIT_FULL_WIDTH=FOLDER npx vitest run --project 'node contracts' test/parity/translation_full_width.test.ts

compares gan-kit with them on wasm. At the published size a network has millions of activations, and some lie
so near to the kink of ReLU that rounding decides on which side: gradients of two computations in float32
then differ by 1e-3 to 1e-2. `float32` holds how far PyTorch's own float32 is from its float64. So that the
gradients can be compared none the less, NAME.branches has a bit for each activation, NHWC and in the order of
the pass: was it above 0?
"""

import argparse
import base64
import copy
import importlib.util
import json
import platform
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
from hashed import fill  # noqa: E402

FIXTURES = ROOT / "test/parity/fixtures"
SEED = 1703
MOST = 190_000  # bytes of a file


def unit(shape, seed):
    """Between -1 and 1, exact in float32."""
    return fill(shape, seed, 1.0).double()


def initialize(net, seed):
    """Parameter i of the network from stream seed + i."""
    for i, (key, parameter) in enumerate(net.named_parameters()):
        u = unit(parameter.shape, seed + i)
        if parameter.dim() >= 2:
            value = u * (2 / parameter[0].numel() ** 0.5)
        elif key.endswith("weight"):
            value = 1 + 0.4 * u
        else:
            value = 0.2 * u
        parameter.data = value.float().double()


def record(tensor, seed, most, products):
    flat = tensor.detach().contiguous().flatten()
    size = flat.numel()
    places = slice(None)
    if size > most:
        places = ((unit((most,), seed) + 1) / 2 * size).long().clamp(max=size - 1)
    values = flat[places].float().numpy().astype("<f4").tobytes()
    dots = [(flat @ unit((size,), seed + 1 + k)).item() / size**0.5 for k in range(products)]
    return {
        "size": size,
        "max": flat.abs().max().item(),
        "products": [float(f"{dot:.9g}") for dot in dots],
        "values": base64.b64encode(values).decode(),
    }


def one_pass(net, shape, branches=None):
    """Output, and gradients in the input and every parameter; `branches` takes the sides of the kinks."""
    parameters = dict(net.named_parameters())
    dtype = next(iter(parameters.values())).dtype
    x = unit(shape, SEED + 1000).to(dtype).requires_grad_()
    kinked = [m for m in net.modules() if branches is not None and isinstance(m, (nn.ReLU, nn.LeakyReLU))]
    note = lambda module, x, y: branches.append((y > 0).movedim(1, -1).flatten().numpy())  # noqa: E731
    hooks = [module.register_forward_hook(note) for module in kinked]
    y = net(x.movedim(-1, 1)).movedim(1, -1)
    for hook in hooks:
        hook.remove()
    coefficients = unit(y.shape, SEED + 1001).to(dtype)
    return y.detach(), torch.autograd.grad((y * coefficients).sum(), [x, *parameters.values()])


def measure(net, shape, whole, most, products, branches=None):
    net = net.double().train()
    initialize(net, SEED)
    single = copy.deepcopy(net).float() if branches is not None else None
    y, gradients = one_pass(net, shape, branches)
    parameters = dict(net.named_parameters())
    buffers = {k: v for k, v in net.named_buffers() if not k.endswith("num_batches_tracked")}
    return {
        "seed": SEED,
        "batch": shape[0],
        "output": {"shape": list(y.shape), **record(y, SEED + 2000, most, products)},
        "input": record(gradients[0], SEED + 3000, most, products),
        "parameters": [
            {"key": key, "shape": list(p.shape), **record(g, SEED + 4000 + 10 * i, whole, products)}
            for i, ((key, p), g) in enumerate(zip(parameters.items(), gradients[1:]))
        ],
        "statistics": [
            {"key": key, "shape": list(b.shape), **record(b, SEED + 9000 + 10 * i, whole, 1)}
            for i, (key, b) in enumerate(buffers.items())
        ],
        **({"float32": distances(y, gradients, *one_pass(single, shape))} if single is not None else {}),
    }


def distances(y, gradients, single, single_gradients):
    """How far float32 is from float64, over the greatest value; biases before an instance norm have no gradient."""
    off = lambda a, b: ((a - b.double()).abs().max() / a.abs().max()).item()  # noqa: E731
    greatest = max(g.abs().max().item() for g in gradients[1:])
    pairs = [pair for pair in zip(gradients[1:], single_gradients[1:]) if pair[0].abs().max() > 1e-12 * greatest]
    return {
        "output": off(y, single),
        "input": off(gradients[0], single_gradients[0]),
        "parameters": max(off(a, b) for a, b in pairs),
    }


def cases(networks):
    """name, gan-kit's function and options, the reference's network, filters and sizes: reduced, and at full width."""

    def norm(kind):
        return networks.get_norm_layer(kind)

    def resnet(ins, outs, filters, blocks, kind, padding="reflect", first=3, last=3):
        net = networks.ResnetGenerator(ins, outs, filters, norm(kind), False, blocks, padding)
        # sizes that differ: the reference has no such option
        net.model[0] = nn.ReflectionPad2d(first)
        net.model[-3] = nn.ReflectionPad2d(last)
        return net

    def unet(ins, outs, filters, downs, kind):
        return networks.UnetGenerator(ins, outs, downs, filters, norm(kind))

    def patch(ins, filters, layers, kind):
        return networks.NLayerDiscriminator(ins, filters, layers, norm(kind))

    def pixel(ins, filters, kind):
        return networks.PixelDiscriminator(ins, filters, norm(kind))

    def resnet_case(name, blocks, kind, ins, outs, filters, size, *full):
        options = {"blocks": blocks, "normalization": kind, "outputChannels": outs}
        build = lambda f: resnet(ins, outs, f, blocks, kind)  # noqa: E731
        return name, "resnetGenerator", options, build, ins, filters, size, full

    def unet_case(name, downs, kind, ins, outs, filters, size, *full):
        options = {"downsamplings": downs, "normalization": kind, "outputChannels": outs, "dropout": 0}
        build = lambda f: unet(ins, outs, f, downs, kind)  # noqa: E731
        return name, "unetGenerator", options, build, ins, filters, size, full

    def patch_case(name, layers, kind, ins, filters, size, *full):
        options = {"layers": layers, "normalization": kind}
        return name, "patchDiscriminator", options, lambda f: patch(ins, f, layers, kind), ins, filters, size, full

    def pixel_case(name, kind, ins, size, *full):
        options = {"normalization": kind}
        return name, "pixelDiscriminator", options, lambda f: pixel(ins, f, kind), ins, 4, size, full

    def padded_case(padding, kind):
        options = {"blocks": 1, "normalization": kind, "padding": padding, "outputChannels": 2}
        build = lambda f: resnet(1, 2, f, 1, kind, padding)  # noqa: E731
        return f"resnet_{padding}", "resnetGenerator", options, build, 1, 2, (12, 8), ()

    def resized_case(name, ins, outs, size, to, first, last):
        options = {"blocks": 2, "outputShape": [*to, outs]}
        build = lambda f: resnet(ins, outs, f, 2, "instance", first=first, last=last)  # noqa: E731
        return name, "resnetGenerator", options, build, ins, 2, size, ()

    return [
        resnet_case("resnet_9blocks", 9, "instance", 3, 2, 3, (24, 16), (256, 256), (16, 16)),
        resnet_case("resnet_6blocks", 6, "batch", 1, 3, 3, (16, 20), (128, 128), (16, 16)),
        unet_case("unet_128", 7, "instance", 2, 3, 1, (128, 128), (128, 128)),
        unet_case("unet_256", 8, "batch", 3, 1, 2, (256, 256), (256, 256)),
        patch_case("patch_3channels", 3, "instance", 3, 4, (40, 32), (256, 256), (64, 48)),
        patch_case("patch_6channels", 3, "batch", 6, 4, (32, 48), (256, 256), (64, 48)),
        patch_case("patch_1layer", 1, "none", 2, 2, (9, 12)),
        patch_case("patch_5layers", 5, "instance", 1, 1, (96, 130)),
        pixel_case("pixel_instance", "instance", 3, (6, 5), (256, 256), (16, 16)),
        pixel_case("pixel_batch", "batch", 6, (4, 7), (256, 256), (16, 16)),
        padded_case("zero", "batch"),
        padded_case("replicate", "none"),
        resized_case("mnist_to_svhn", 1, 3, (28, 28), (32, 32), 5, 3),
        resized_case("svhn_to_mnist", 3, 1, (32, 32), (28, 28), 3, 1),
    ]


def write(folder, prefix, fixture):
    """One file, or parts that are each below the limit of a committed file."""
    name = fixture["name"]
    parts = [{**fixture, "parameters": []}]
    for parameter in fixture["parameters"]:
        if len(json.dumps(parts[-1])) + len(json.dumps(parameter)) > MOST:
            parts.append({"name": name, "parameters": []})
        parts[-1]["parameters"].append(parameter)
    for i, part in enumerate(parts):
        path = folder / (f"{prefix}_{name}.json" if i == 0 else f"{prefix}_{name}_part{i + 1}.json")
        path.write_text(json.dumps(part) + "\n")
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("networks", type=Path)
    parser.add_argument("--full-width", type=Path, metavar="FOLDER")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    spec = importlib.util.spec_from_file_location("networks", arguments.networks)
    networks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(networks)
    folder = arguments.full_width
    for name, model, options, build, channels, filters, size, full_sizes in cases(networks):
        if arguments.names and name not in arguments.names:
            continue
        for k, shape in enumerate(full_sizes if folder else [size]):
            width, batch = (64, 1) if folder else (filters, 2)
            limits = (4096, 4096, 2) if folder else (1 << 62, 2048, 4)
            label = f"{name}_small" if k == 1 else name
            branches = [] if folder else None
            fixture = {
                "meta": {
                    "generator": "tools/parity/translation_models.py",
                    "versions": {"python": platform.python_version(), "torch": torch.__version__},
                    "reference": "pytorch-CycleGAN-and-pix2pix, models/networks.py of 2021-11-17",
                    "dtype": "float64 from float32 inputs",
                },
                "name": label,
                "model": model,
                "options": {"inputShape": [*shape, channels], "filters": width, **options},
                **measure(build(width), (batch, *shape, channels), *limits, branches),
            }
            write(folder or FIXTURES, "translation", fixture)
            if branches:
                bits = np.packbits(np.concatenate(branches))
                (folder / f"{label}.branches").write_bytes(bits.tobytes())


if __name__ == "__main__":
    main()
