"""The networks of gan-kit in PyTorch, by the names of their reference code.

Each is built from its state_dict alone: names and shapes tell its depth and widths. The rest are the defaults of
gan-kit's functions: LeakyReLU of slope 0.2, reflection padding in the ResNet. A discriminator returns logits.
"""

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

ORIGINAL = "parametrizations.weight.original"
HALVE = {"stride": 2, "padding": 1}


def weight_of(state, module):
    """The kernel or scale of a module; None if it has none."""
    return state.get(f"{module}.weight", state.get(f"{module}.{ORIGINAL}"))


def layer(state, module, kind, **geometry):
    """A layer of the shape that the file has, spectrally normalized if it is there."""
    first, second, *size = weight_of(state, module).shape
    inputs, outputs = (first, second) if kind is nn.ConvTranspose2d else (second, first)
    sizes = (inputs, outputs, *([tuple(size)] if size else []))
    made = kind(*sizes, bias=f"{module}.bias" in state, **geometry)
    return spectral_norm(made) if f"{module}.{ORIGINAL}" in state else made


def norm(state, module, channels, bare):
    """The norm after a convolution: batch norm has weights; one without is given by `bare`."""
    return nn.BatchNorm2d(channels) if f"{module}.weight" in state else bare(channels)


class DCGAN(nn.Module):
    """As pytorch/examples names it: one sequence, `main`."""

    def __init__(self, layers):
        super().__init__()
        self.main = nn.Sequential(*layers)

    def forward(self, x):
        first = self.main[0]
        if isinstance(first, nn.ConvTranspose2d):  # latent vectors [batch, size] are maps of 1x1
            x = x[:, :, None, None]
        y = self.main(x)
        return y.flatten(1) if y.shape[2:] == (1, 1) else y


def dcgan(state, name, **options):
    """`name`: that of the network in its system; a discriminator's begins so."""
    modules = sorted({key.split(".")[1] for key in state}, key=int)
    named = [(f"main.{k}", weight_of(state, f"main.{k}")) for k in modules]
    widths = [weight.shape for _, weight in named if weight.dim() == 4]
    is_generator = not name.startswith("discriminator")
    layers = []
    for i, (module, weight) in enumerate(named):
        at_vector = i == (0 if is_generator else len(named) - 1)
        geometry = {"stride": 1, "padding": 0} if at_vector else HALVE
        if weight.dim() == 1:  # between the layer before and its activation
            layers.insert(-1, nn.BatchNorm2d(len(weight)))
        elif weight.dim() == 2:  # with a bias for each unit, which the example's convolution has not
            side = round((len(weight) / widths[0][0]) ** 0.5)
            layers += [layer(state, module, nn.Linear), nn.Unflatten(1, (-1, side, side)), nn.ReLU()]
        elif is_generator:
            layers += [layer(state, module, nn.ConvTranspose2d, **geometry), nn.ReLU()]
        else:
            layers += [layer(state, module, nn.Conv2d, **geometry), nn.LeakyReLU(0.2)]
    return DCGAN([*layers[:-1], *([nn.Tanh()] if is_generator else [])])


class Model(nn.Module):
    """As pytorch-CycleGAN-and-pix2pix names its networks: `model`."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x)


class Skip(Model):
    """A level of the U-Net: what lies below a skip connection, and the connection."""

    def forward(self, x):
        return torch.cat([x, self.model(x)], 1)


def unet(state, dropout=0.0, **options):
    def level(path, k):
        at = lambda i: f"{path}.model.{i}"
        down = lambda i: layer(state, at(i), nn.Conv2d, **HALVE)
        up = lambda i: layer(state, at(i), nn.ConvTranspose2d, **HALVE)
        channels = lambda i: weight_of(state, at(i)).shape
        if k == 0:
            parts = [down(0), level(at(1), 1), nn.ReLU(), up(3), nn.Tanh()]
            return Model(nn.Sequential(*parts))
        if weight_of(state, at(5)) is None:  # the innermost
            parts = [down(1), nn.ReLU(), up(3), norm(state, at(4), channels(3)[1], nn.InstanceNorm2d)]
            return Skip(nn.Sequential(nn.LeakyReLU(0.2), *parts))
        before = norm(state, at(2), channels(1)[0], nn.InstanceNorm2d)
        after = norm(state, at(6), channels(5)[1], nn.InstanceNorm2d)
        drop = [nn.Dropout(dropout)] if dropout > 0 and k > 3 else []
        parts = [down(1), before, level(at(3), k + 1), nn.ReLU(), up(5), after, *drop]
        return Skip(nn.Sequential(nn.LeakyReLU(0.2), *parts))

    return Model(level("model", 0))


class Residual(nn.Module):
    def __init__(self, block):
        super().__init__()
        self.conv_block = nn.Sequential(*block)

    def forward(self, x):
        return x + self.conv_block(x)


def resnet(state, dropout=0.0, **options):
    def normed(name, after, kind=nn.Conv2d, **geometry):
        made = layer(state, name, kind, **geometry)
        channels = made.out_channels
        return [made, norm(state, after, channels, nn.InstanceNorm2d)]

    def residual(k):
        second = 6 if weight_of(state, f"model.{k}.conv_block.6") is not None else 5
        drop = [nn.Dropout(dropout)] if second == 6 else []
        at = lambda i: f"model.{k}.conv_block.{i}"
        pad = nn.ReflectionPad2d(1)
        first = [pad, *normed(at(1), at(2)), nn.ReLU(), *drop]
        return Residual([*first, pad, *normed(at(second), at(second + 1))])

    layers = [nn.ReflectionPad2d(3), *normed("model.1", "model.2"), nn.ReLU()]
    for k in (4, 7):
        layers += [*normed(f"model.{k}", f"model.{k + 1}", **HALVE), nn.ReLU()]
    while weight_of(state, f"model.{len(layers)}.conv_block.1") is not None:
        layers.append(residual(len(layers)))
    for _ in range(2):
        k = len(layers)
        double = {**HALVE, "output_padding": 1}
        layers += [*normed(f"model.{k}", f"model.{k + 1}", nn.ConvTranspose2d, **double), nn.ReLU()]
    last = layer(state, f"model.{len(layers) + 1}", nn.Conv2d)
    return Model(nn.Sequential(*layers, nn.ReflectionPad2d(3), last, nn.Tanh()))


def patch(state, norms=None, **options):
    """`norms`: what a norm without weights is, 'instance' or 'none'; by default 'none' with spectral normalization."""
    spectral = any(key.endswith(ORIGINAL) for key in state)
    bare = nn.Identity if (norms or ("none" if spectral else "instance")) == "none" else nn.InstanceNorm2d
    last = max(int(key.split(".")[1]) for key in state)
    layers = []
    for k in (0, *range(2, last, 3)):
        stride = 1 if k == last - 3 else 2
        layers.append(layer(state, f"model.{k}", nn.Conv2d, stride=stride, padding=1))
        channels = layers[-1].out_channels
        layers += [norm(state, f"model.{k + 1}", channels, bare)] if k > 0 else []
        layers.append(nn.LeakyReLU(0.2))
    return Model(nn.Sequential(*layers, layer(state, f"model.{last}", nn.Conv2d, stride=1, padding=1)))


ARCHITECTURES = {"dcgan": dcgan, "unet": unet, "resnet": resnet, "patch": patch}


def build(architecture, state, name, **options):
    """Makes a network and loads its state_dict: every name and every shape must fit."""
    network = ARCHITECTURES[architecture](state, name=name, **options)
    network.load_state_dict(state, strict=True)
    return network.train()
