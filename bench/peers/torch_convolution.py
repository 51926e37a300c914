"""One pass of one convolution in PyTorch."""

import math

import torch
import torch.nn.functional as F
from hashed import fill
from padding import same


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
