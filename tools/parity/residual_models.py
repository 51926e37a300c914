"""Writes test/parity/fixtures/residual_*.json: the residual networks of mimicry, SN-GAN and WGAN-GP.

    python3 -m pip install torch numpy
    python3 tools/parity/residual_models.py path/to/mimicry

The first ones are run from a checkout of kwotsin/mimicry (a7fda06), at a reduced width. SN-GAN's own networks (pfnet-research/sngan_projection,
e84b1a5, in Chainer), those of WGAN-GP (igul222/improved_wgan_training, fa66c57, in TensorFlow 1) and the blocks of SAGAN's
discriminator (brain-research/self-attention-gan, ad9612e, in TensorFlow 1) are written here in PyTorch, from their code.

Weights, inputs and coefficients are made by a hash in both languages (bench/hash.ts, bench/peers/hashed.py) and are
not in the files, but for the singular vectors of spectral norms. The files hold, of one pass, the output and
the gradients of sum(coefficients * output) in the input and in every weight, and of generators the running
statistics after the pass. Generators run in training mode, discriminators in evaluation mode; the singular vectors
rest. All is computed in float64 from what float32 holds.

Networks with classes take the labels 2, 0. mimicry's tables of scales and offsets, one in its networks, are two here, as
in gan-kit.

Weights have the names and layouts of gan-kit: kernels [height, width, in, out], maps [height, width, channels].
"""

import argparse
import base64
import json
import platform
import re
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
from hashed import fill  # noqa: E402
from mimicry import load_mimicry  # noqa: E402

FIXTURES = ROOT / "test/parity/fixtures"
SEED = 1802
BATCH = 2
LABELS = [2, 0]


# the networks of SN-GAN and of WGAN-GP, with the names of mimicry's modules


class UpBlock(nn.Module):
    """gen_models/resblocks.py of SN-GAN; ResidualBlock(resample='up') of gan_64x64.py, without `bias`."""

    def __init__(self, inputs, outputs, epsilon, bias=True):
        super().__init__()
        self.b1, self.b2 = (nn.BatchNorm2d(width, eps=epsilon) for width in (inputs, outputs))
        self.c1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=bias)
        self.c2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.c_sc = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x):
        def up(h):
            return h.repeat_interleave(2, 2).repeat_interleave(2, 3)

        h = self.c1(up(F.relu(self.b1(x))))
        return self.c2(F.relu(self.b2(h))) + self.c_sc(up(x))


class Generator(nn.Module):
    def __init__(self, latent, widths, epsilon, bias=True):
        super().__init__()
        self.first = widths[0]
        self.l1 = nn.Linear(latent, 16 * widths[0])
        for k, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            setattr(self, f"block{k + 2}", UpBlock(inputs, outputs, epsilon, bias))
        self.blocks = len(widths) - 1
        setattr(self, f"b{self.blocks + 2}", nn.BatchNorm2d(widths[-1], eps=epsilon))
        setattr(self, f"c{self.blocks + 2}", nn.Conv2d(widths[-1], 3, 3, padding=1))

    def forward(self, z):
        h = self.l1(z).reshape(len(z), self.first, 4, 4)
        for k in range(self.blocks):
            h = getattr(self, f"block{k + 2}")(h)
        last = self.blocks + 2
        return torch.tanh(getattr(self, f"c{last}")(F.relu(getattr(self, f"b{last}")(h))))


class FirstBlock(nn.Module):
    """OptimizedBlock of dis_models/resblocks.py."""

    def __init__(self, outputs, wrap):
        super().__init__()
        self.c1 = wrap(nn.Conv2d(3, outputs, 3, padding=1))
        self.c2 = wrap(nn.Conv2d(outputs, outputs, 3, padding=1))
        self.c_sc = wrap(nn.Conv2d(3, outputs, 1))

    def forward(self, x):
        return F.avg_pool2d(self.c2(F.relu(self.c1(x))), 2) + self.c_sc(F.avg_pool2d(x, 2))


class DownBlock(nn.Module):
    """
    Block of dis_models/resblocks.py; with `norm`, ResidualBlock(resample='down') of gan_64x64.py; with `hidden` the
    channels of the output, block of discriminator.py of SAGAN.
    """

    def __init__(self, inputs, outputs, pool, wrap, norm=False, bias=True, hidden=None):
        super().__init__()
        hidden = hidden or inputs
        self.c1 = wrap(nn.Conv2d(inputs, hidden, 3, padding=1, bias=bias))
        self.c2 = wrap(nn.Conv2d(hidden, outputs, 3, padding=1))
        if pool or inputs != outputs:
            self.c_sc = wrap(nn.Conv2d(inputs, outputs, 1))
        self.pool = pool
        # over C, H, W, with a scale and an offset for each channel: tflib/ops/layernorm.py
        self.b1, self.b2 = (nn.GroupNorm(1, inputs) if norm else None for _ in range(2))

    def forward(self, x):
        def normal(h, norm):
            return F.relu(h if norm is None else norm(h))

        def pool(h):
            return F.avg_pool2d(h, 2) if self.pool else h

        h = pool(self.c2(normal(self.c1(normal(x, self.b1)), self.b2)))
        return h + (pool(self.c_sc(x)) if hasattr(self, "c_sc") else x)


class SpectralDiscriminator32(nn.Module):
    """dis_models/snresnet_32.py, whose last layer has no bias."""

    def __init__(self, width):
        super().__init__()
        wrap = nn.utils.spectral_norm
        self.block1 = FirstBlock(width, wrap)
        self.block2 = DownBlock(width, width, True, wrap)
        self.block3, self.block4 = (DownBlock(width, width, False, wrap) for _ in range(2))
        self.l5 = wrap(nn.Linear(width, 1, bias=False))

    def forward(self, x):
        h = self.block4(self.block3(self.block2(self.block1(x))))
        return self.l5(F.relu(h).sum((2, 3)))


class SelfAttentionDiscriminator48(nn.Module):
    """The blocks of discriminator.py of SAGAN, whose images are 128x128, in SN-GAN's network for 48x48."""

    def __init__(self, width):
        super().__init__()
        wrap = nn.utils.spectral_norm
        widths = [width * k for k in (1, 2, 4, 8, 16)]
        self.block1 = FirstBlock(width, wrap)
        for k, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            block = DownBlock(inputs, outputs, k < 3, wrap, hidden=outputs)
            setattr(self, f"block{k + 2}", block)
        self.l5 = wrap(nn.Linear(widths[-1], 1))

    def forward(self, x):
        h = self.block5(self.block4(self.block3(self.block2(self.block1(x)))))
        return self.l5(F.relu(h).sum((2, 3)))


class Critic64(nn.Module):
    """GoodDiscriminator of gan_64x64.py."""

    def __init__(self, width):
        super().__init__()
        widths = [width * k for k in (1, 2, 4, 8, 8)]
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        for k, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            block = DownBlock(inputs, outputs, True, lambda layer: layer, norm=True, bias=False)
            setattr(self, f"block{k + 1}", block)
        self.l5 = nn.Linear(16 * widths[-1], 1)

    def forward(self, x):
        h = self.block4(self.block3(self.block2(self.block1(self.stem(x)))))
        return self.l5(h.flatten(1))


class Tables(nn.Module):
    """The table of ConditionalBatchNorm2d as two, of scales and of offsets."""

    def __init__(self, embed):
        super().__init__()
        gamma, beta = embed.weight.detach().chunk(2, 1)
        self.gamma, self.beta = nn.Parameter(gamma.clone()), nn.Parameter(beta.clone())

    def forward(self, y):
        return torch.cat([self.gamma, self.beta], 1)[y]


def with_tables(net):
    for module in list(net.modules()):
        if hasattr(module, "embed"):
            module.embed = Tables(module.embed)
    return net


# names and layouts of gan-kit

PARTS = {"c1": "a", "c2": "b", "c_sc": "skip", "b1": "a_norm", "b2": "b_norm"}
WEIGHTS = {"weight": "kernel", "weight_orig": "kernel", "weight_u": "kernel_u", "weight_v": "kernel_v"}
OF_NORMS = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


def layer_of(module, is_generator):
    """gan-kit's name of a layer, by mimicry's name of the module."""
    if match := re.fullmatch(r"block(\d+)\.(\w+)", module):
        return f"block{int(match[1]) - is_generator}_{PARTS[match[2]]}"
    if re.fullmatch(r"l\d", module):
        return "project" if is_generator else "logit"
    return {"b": "output_norm", "c": "output", "s": "stem"}[module[0]]


def path_of(key, is_generator):
    module, name = key.rsplit(".", 1)
    module = re.sub(r"\.(bn|embed)$", "", module)
    if module == "l_y":
        return f"logit/embeddings{name[6:] if name in ('weight_u', 'weight_v') else ''}"
    if match := re.fullmatch(r"attn_block(?:\.(\w+))?", module):
        return f"attention/{match[1] + '_' if match[1] else ''}{WEIGHTS.get(name, name)}"
    layer = layer_of(module, is_generator)
    names = OF_NORMS if layer.endswith("_norm") else WEIGHTS
    return f"{layer}/{names.get(name, name)}"


class Layouts:
    """Of one network: where maps become vectors, their values are in another order here."""

    def __init__(self, net, is_generator):
        modules = dict(net.named_modules())
        self.maps = {}
        if is_generator:
            units = modules["l1"].out_features
            channels = modules["block2.c1"].in_channels
            side = round((units // channels) ** 0.5)
            of_outputs = ("project/kernel", "project/kernel_u", "project/bias")
            self.maps = dict.fromkeys(of_outputs, (channels, side, side))
        elif isinstance(net, Critic64):
            self.maps = {"logit/kernel": (modules["block4.c2"].out_channels, 4, 4)}
        self.columns = {
            key: tuple(value.shape[1:])
            for key, value in net.state_dict().items()
            if key.endswith("weight_orig") and value.dim() == 4
        }

    def ours(self, key, path, value):
        """A tensor in gan-kit's layout."""
        if path in self.maps:
            c, h, w = self.maps[path]
            if path == "project/kernel":
                return value.reshape(c, h, w, -1).permute(3, 1, 2, 0).reshape(-1, c * h * w)
            if path == "logit/kernel":
                return value.reshape(-1, c, h, w).permute(2, 3, 1, 0).reshape(c * h * w, -1)
            return value.reshape(c, h, w).permute(1, 2, 0).flatten()
        if key.endswith("weight_v"):
            columns = self.columns.get(key.replace("weight_v", "weight_orig"))
            return value if columns is None else value.reshape(columns).permute(1, 2, 0).flatten()
        if value.dim() == 4:
            return value.permute(2, 3, 1, 0)
        is_table = path.endswith(("gamma", "beta", "embeddings"))
        return value.T if value.dim() == 2 and not is_table else value

    def theirs(self, key, path, value, like):
        """What gan-kit's layout makes `value` of: ours() backwards, by places."""
        places = self.ours(key, path, torch.arange(like.numel()).reshape(like.shape))
        flat = torch.empty(like.numel(), dtype=value.dtype)
        flat[places.flatten()] = value.flatten()
        return flat.reshape(like.shape)


def unit(shape, seed):
    """Between -1 and 1, exact in float32."""
    return fill(list(shape), seed, 1.0).double()


def hashed(path, shape, seed):
    """A weight in gan-kit's layout."""
    u = unit(shape, seed)
    if path.endswith(("kernel", "embeddings")):
        inputs = 1
        for size in shape[:-1]:
            inputs *= size
        return (u * (2 / inputs**0.5)).float().double()
    return (1 + 0.4 * u if path.endswith("gamma") else 0.2 * u).float().double()


def encoded(tensor):
    values = tensor.detach().contiguous().flatten().float().numpy().astype("<f4")
    return base64.b64encode(values.tobytes()).decode()


def record(tensor):
    return {"shape": list(tensor.shape), "max": tensor.abs().max().item(), "values": encoded(tensor)}


def measure(net, is_generator, shape, labels):
    """One pass of a network with hashed weights."""
    given = () if labels is None else (torch.tensor(labels),)
    net = net.double().train(is_generator)
    for module in net.modules():
        if hasattr(module, "weight_u"):
            module.eval()  # u and v stay
    layouts = Layouts(net, is_generator)
    parameters = dict(net.named_parameters())
    paths = {key: path_of(key, is_generator) for key in parameters}
    weights, vectors = [], []
    for i, (key, parameter) in enumerate(parameters.items()):
        shape_here = list(layouts.ours(key, paths[key], parameter.detach()).shape)
        value = hashed(paths[key], shape_here, SEED + i)
        parameter.data = layouts.theirs(key, paths[key], value, parameter.detach())
    for i, (key, buffer) in enumerate(net.named_buffers()):
        if not key.endswith("weight_v"):
            continue
        weight = parameters[key.replace("weight_v", "weight_orig")].detach().flatten(1)
        # not converged: σ is not the norm, and its gradient not that of the norm
        v = F.normalize(weight.T @ unit([len(weight)], SEED + 500 + i), dim=0).float().double()
        u = F.normalize(weight @ v, dim=0).float().double()
        other = key.replace("weight_v", "weight_u")
        buffer.copy_(v)
        dict(net.named_buffers())[other].copy_(u)
        for name, value in ((other, u), (key, v)):
            path = path_of(name, is_generator)
            vectors.append({"path": path, **record(layouts.ours(name, path, value))})
    for module, layer in net.named_modules():
        if not hasattr(layer, "sn_u"):
            continue
        # mimicry's own class advances u by a round in evaluation mode too, and computes v from it
        layer.sn_u.copy_(unit(layer.sn_u.shape, SEED + 600 + len(vectors)))
        table = layer.weight.detach()
        v = F.normalize(layer.sn_u @ table)
        path = path_of(f"{module}.weight", is_generator)
        for name, value in (("u", F.normalize(v @ table.T)), ("v", v)):
            vectors.append({"path": f"{path}_{name}", **record(value.flatten())})
    x = unit([BATCH, *shape], SEED + 1000).requires_grad_()
    y = net(x if is_generator else x.movedim(-1, 1), *given)
    y = y.movedim(1, -1) if is_generator else y
    coefficients = unit(y.shape, SEED + 1001)
    gradients = torch.autograd.grad((y * coefficients).sum(), [x, *parameters.values()])
    for (key, _), gradient in zip(parameters.items(), gradients[1:]):
        weights.append({"path": paths[key], **record(layouts.ours(key, paths[key], gradient))})
    statistics = [
        {"path": path_of(key, True), **record(value)}
        for key, value in net.named_buffers()
        if key.endswith(("running_mean", "running_var"))
    ]
    return {
        "seed": SEED,
        **({} if labels is None else {"labels": labels}),
        "input": record(gradients[0]),
        "output": record(y),
        "weights": weights,
        "vectors": vectors,
        "statistics": statistics,
    }


def cases(mimicry):
    """name, gan-kit's function and options, the network."""
    square = {32: [32, 32, 3], 48: [48, 48, 3], 64: [64, 64, 3]}
    bilinear = {"interpolation": "bilinear", "epsilon": 1e-5}
    in_place = {"skipInput": "relu"}
    sn, wgan = "sngan.sngan_", "wgan_gp.wgan_gp_"
    conditional = {"imageShape": square[32], "classes": 3}
    return [
        (
            *("mimicry_cgan_pd_32", "residualGenerator"),
            {**conditional, "latentSize": 4, "filters": 3, **bilinear},
            with_tables(mimicry("cgan_pd.cgan_pd_32").CGANPDGenerator32(num_classes=3, nz=4, ngf=3)),
        ),
        (
            *("mimicry_cgan_pd_32", "residualDiscriminator"),
            {**conditional, "filters": 4, **in_place},
            mimicry("cgan_pd.cgan_pd_32").CGANPDDiscriminator32(num_classes=3, ndf=4),
        ),
        (
            *("mimicry_sngan_32", "residualGenerator"),
            {"imageShape": square[32], "latentSize": 5, "filters": 5, **bilinear},
            mimicry(f"{sn}32").SNGANGenerator32(nz=5, ngf=5),
        ),
        (
            *("mimicry_sngan_32", "residualDiscriminator"),
            {"imageShape": square[32], "filters": 5, **in_place},
            mimicry(f"{sn}32").SNGANDiscriminator32(ndf=5),
        ),
        (
            *("mimicry_sagan_32", "residualGenerator"),
            {
                **{**conditional, "latentSize": 3, "filters": 8, **bilinear},
                **{"attention": 16, "spectralNorm": True},
            },
            with_tables(mimicry("sagan.sagan_32").SAGANGenerator32(num_classes=3, nz=3, ngf=8)),
        ),
        (
            *("mimicry_sagan_32", "residualDiscriminator"),
            {**conditional, "filters": 8, "attention": 8, **in_place},
            mimicry("sagan.sagan_32").SAGANDiscriminator32(num_classes=3, ndf=8),
        ),
        (
            *("mimicry_sngan_48", "residualGenerator"),
            {"imageShape": square[48], "latentSize": 3, "filters": 1, **bilinear},
            mimicry(f"{sn}48").SNGANGenerator48(nz=3, ngf=8),
        ),
        (
            *("mimicry_sngan_48", "residualDiscriminator"),
            {"imageShape": square[48], "filters": 2, **in_place},
            mimicry(f"{sn}48").SNGANDiscriminator48(ndf=32),
        ),
        (
            *("mimicry_wgan_gp_48", "residualDiscriminator"),
            {"imageShape": square[48], "filters": 2, "form": "wgan-gp", **in_place},
            mimicry(f"{wgan}48").WGANGPDiscriminator48(ndf=32),
        ),
        (
            *("sngan_32", "residualGenerator"),
            {"imageShape": square[32], "latentSize": 4, "filters": 4},
            Generator(4, [4] * 4, 2e-5),
        ),
        (
            *("sngan_32", "residualDiscriminator"),
            {"imageShape": square[32], "filters": 6, "outerBias": False},
            SpectralDiscriminator32(6),
        ),
        (
            *("sagan_blocks_48", "residualDiscriminator"),
            {"imageShape": square[48], "filters": 1, "hidden": "output"},
            SelfAttentionDiscriminator48(1),
        ),
        (
            *("wgan_gp_64", "residualGenerator"),
            {"imageShape": square[64], "latentSize": 3, "filters": 1, "form": "wgan-gp"},
            Generator(3, [8, 8, 4, 2, 1], 1e-5, bias=False),
        ),
        (
            *("wgan_gp_64", "residualDiscriminator"),
            {"imageShape": square[64], "filters": 1, "form": "wgan-gp"},
            Critic64(1),
        ),
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mimicry", type=Path)
    parser.add_argument("only", nargs="?", default="", help="a part of the names to write")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    for name, model, options, net in cases(load_mimicry(arguments.mimicry)):
        if arguments.only not in name:
            continue
        is_generator = model.endswith("Generator")
        shape = [options["latentSize"]] if is_generator else options["imageShape"]
        fixture = {
            "meta": {
                "generator": "tools/parity/residual_models.py",
                "versions": {"python": platform.python_version(), "torch": torch.__version__},
                "reference": "kwotsin/mimicry a7fda06; pfnet-research/sngan_projection e84b1a5, brain-research/self-attention-gan ad9612e and"
                " igul222/improved_wgan_training fa66c57, written in PyTorch",
                "dtype": "float64 from float32 inputs",
                "seed": SEED,
            },
            "model": model,
            "options": options,
            **measure(net, is_generator, shape, LABELS if "classes" in options else None),
        }
        path = FIXTURES / f"residual_{name}_{'generator' if is_generator else 'discriminator'}.json"
        path.write_text(json.dumps(fixture) + "\n")
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main()
