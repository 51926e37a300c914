"""PyTorch on the CPU as a contender of `npm run bench`: torch_worker.py THREADS.

Reads a request a line, answers each with a line; see bench/protocol.ts. Shapes and numbers arrive as
gan-kit has them (NHWC, height-width-in-out) and are permuted once, before the clock starts.
"""

import json
import math
import resource
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))
ADAM = {"lr": 2e-4, "betas": (0.5, 0.999), "eps": 1e-8}


def fill(shape, seed, scale):
    """The numbers of bench/cases.ts: a hash of seed and place."""
    mask = 0xFFFFFFFF
    i = torch.arange(math.prod(shape), dtype=torch.int64)
    h = (i * 0x9E3779B1 + seed * 0x85EBCA6B) & mask
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        h = h ^ (h >> shift)
        # the product of two 32-bit numbers overflows 63 bits: the upper half of h is taken apart
        h = ((h & 0xFFFF) * factor + ((((h >> 16) * factor) & 0xFFFF) << 16)) & mask
    h = h ^ (h >> 16)
    return ((h.double() / 2**31 - 1).float() * scale).reshape(shape)


def same(size, kernel, stride):
    """TensorFlow's padding 'same', before and after."""
    total = max(0, (math.ceil(size / stride) - 1) * stride + kernel - size)
    return total // 2, total - total // 2


class Convolution:
    def __init__(self, case):
        x, filter, stride = case["x"], case["filter"], case["stride"]
        rows, columns = same(x[1], filter[0], stride), same(x[2], filter[1], stride)
        self.x = fill(x, 1, 1).permute(0, 3, 1, 2).contiguous()
        self.x = F.pad(self.x, (*columns, *rows))
        self.filter = fill(filter, 2, 1).permute(3, 2, 0, 1).contiguous()
        out = [x[0], math.ceil(x[1] / stride), math.ceil(x[2] / stride), filter[3]]
        self.dy = fill(out, 3, 1).permute(0, 3, 1, 2).contiguous()
        self.stride, self.which = stride, case["pass"]
        top, left = rows[0], columns[0]
        self.crop = (slice(top, top + x[1]), slice(left, left + x[2]))

    def run(self):
        if self.which == "forward":
            self.y = F.conv2d(self.x, self.filter, stride=self.stride)
            return
        wanted = [self.which == "input", self.which == "filter", False]
        strides = [self.stride] * 2
        gradients = torch.ops.aten.convolution_backward(
            self.dy, self.x, self.filter, None, strides, [0, 0], [1, 1], False, [0, 0], 1, wanted
        )
        self.y = gradients[0] if wanted[0] else gradients[1]

    def fingerprint(self):
        self.run()
        if self.which == "filter":
            values = self.y.permute(2, 3, 1, 0)
        else:
            values = self.y.permute(0, 2, 3, 1)
            if self.which == "input":
                values = values[:, self.crop[0], self.crop[1]]
        values = values.reshape(-1)
        places = [(i * (values.numel() - 1)) // 15 for i in range(16)]
        return [values[i].item() for i in places] + [values.abs().sum(dtype=torch.float64).item()]


class UpConvolution(torch.nn.Module):
    """Transposed, padding 'same': the input gradient of a convolution, cropped."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.empty(inputs, outputs, 5, 5))
        self.stride = stride

    def forward(self, x):
        size = x.shape[-1] * self.stride
        first = same(size, 5, self.stride)[0]
        y = F.conv_transpose2d(x, self.weight, stride=self.stride)
        return y[..., first : first + size, first : first + size]


class DownConvolution(torch.nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.empty(outputs, inputs, 5, 5))
        self.bias = torch.nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        before, after = same(x.shape[-1], 5, 2)
        return F.conv2d(F.pad(x, (before, after) * 2), self.weight, self.bias, stride=2)


class ToImage(torch.nn.Module):
    """Reshapes to [7, 7, 256] as gan-kit does, which has channels last."""

    def forward(self, x):
        return x.reshape(-1, 7, 7, 256).permute(0, 3, 1, 2)


class Flatten(torch.nn.Module):
    def forward(self, x):
        return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)


class DCGAN28:
    def __init__(self, case):
        nn = torch.nn
        self.batch = case["batch"]
        self.latents = [torch.tensor(z).reshape(self.batch, 100) for z in case["latents"]]
        self.real = fill([self.batch, 28, 28, 1], 7, 1).permute(0, 3, 1, 2).contiguous()
        self.generator = nn.Sequential(
            nn.Linear(100, 7 * 7 * 256, bias=False),
            nn.BatchNorm1d(7 * 7 * 256),
            nn.LeakyReLU(0.3),
            ToImage(),
            UpConvolution(256, 128, 1),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(0.3),
            UpConvolution(128, 64, 2),
            nn.BatchNorm2d(64),
            nn.LeakyReLU(0.3),
            UpConvolution(64, 1, 2),
            nn.Tanh(),
        )
        self.discriminator = nn.Sequential(
            DownConvolution(1, 64),
            nn.LeakyReLU(0.3),
            DownConvolution(64, 128),
            nn.LeakyReLU(0.3),
            Flatten(),
            nn.Linear(7 * 7 * 128, 1),
        )
        self.fill_weights()
        self.optimizers = [
            torch.optim.Adam(network.parameters(), **ADAM)
            for network in (self.discriminator, self.generator)
        ]

    @torch.no_grad()
    def fill_weights(self):
        for network, seed in ((self.generator, 100), (self.discriminator, 200)):
            for i, parameter in enumerate(network.parameters()):
                # kernels as gan-kit has them: [in, out]; [height, width, in, out], and of a transposed
                # convolution [height, width, out, in]; scales are 1 and offsets 0
                if parameter.dim() == 1:
                    continue
                height_width, (first, second) = parameter.shape[2:], parameter.shape[:2]
                values = fill([*height_width, second, first], seed + i, 0.05)
                parameter.copy_(values.T if values.dim() == 2 else values.permute(3, 2, 0, 1))
        self.discriminator[-1].bias.zero_()

    def step(self, latents):
        def entropy(logits, label):
            return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))

        d_optimizer, g_optimizer = self.optimizers
        with torch.no_grad():
            fake = self.generator(latents[0])
        d_optimizer.zero_grad()
        # one pass for both, as no layer of this discriminator couples samples
        of_real, of_fake = self.discriminator(torch.cat([self.real, fake])).chunk(2)
        d_loss = entropy(of_real, 1.0) + entropy(of_fake, 0.0)
        d_loss.backward()
        d_optimizer.step()
        g_optimizer.zero_grad()
        for parameter in self.discriminator.parameters():
            parameter.requires_grad_(False)
        g_loss = entropy(self.discriminator(self.generator(latents[1])), 1.0)
        g_loss.backward()
        g_optimizer.step()
        for parameter in self.discriminator.parameters():
            parameter.requires_grad_(True)
        return [d_loss.item(), g_loss.item()]

    def run(self):
        self.step([torch.randn(self.batch, 100) for _ in range(2)])

    def fingerprint(self):
        z = self.latents
        return [loss for k in range(0, len(z), 2) for loss in self.step(z[k : k + 2])]


def answer(request, subjects):
    if "release" in request:
        subjects.clear()
        return {}
    if "run" in request:
        subject = subjects[request["as"]]
        began = time.perf_counter()
        for _ in range(request["run"]):
            subject.run()
        ms = 1000 * (time.perf_counter() - began)
        return {"ms": ms, "peak": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
    case = request["prepare"]
    try:
        subject = Convolution(case) if case["kind"] == "convolution" else DCGAN28(case)
        subjects[request["as"]] = subject
        return {"fingerprint": subject.fingerprint()}
    except Exception as error:
        return {"problem": str(error).split("\n")[0]}


def main():
    subjects = {}
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), subjects)), flush=True)


main()
