"""A network as a step uses it: distributed where it learns, held still where it judges."""

from contextlib import contextmanager
from inspect import signature

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.nn.utils.parametrize import is_parametrized


# the option's name in PyTorch 2.13, and before
BUFFERS = ["broadcast_buffers", "forward_sync_buffers"][
    "forward_sync_buffers" in signature(DistributedDataParallel).parameters
]


class Player:
    def __init__(self, network, device):
        self.network = network.to(device)
        # buffers are each process's own: sharing them would change them between two passes of one step
        self.distributed = DistributedDataParallel(self.network, **{BUFFERS: False})
        self.couples = any(isinstance(part, nn.BatchNorm2d) for part in network.modules())
        self.normalized = [part for part in network.modules() if is_parametrized(part, "weight")]
        for layer in self.normalized:
            layer.parametrizations.weight.eval()  # a forward pass leaves the vectors where they are

    def __call__(self, x):
        return self.distributed(x)

    @torch.no_grad()
    def advance(self):
        """One round of power iteration: once for each step that moves this network, as in gan-kit."""
        for layer in self.normalized:
            layer.parametrizations.weight.train()
            layer.weight  # reading it moves the vectors
            layer.parametrizations.weight.eval()

    @contextmanager
    def still(self):
        """Gives the network to judge another: no gradients for it, and running statistics stay."""
        norms = [part for part in self.network.modules() if isinstance(part, nn.BatchNorm2d)]
        momenta = [part.momentum for part in norms]
        for part in norms:
            part.momentum = 0.0
        self.network.requires_grad_(False)
        try:
            yield self.network
        finally:
            self.network.requires_grad_(True)
            for part, momentum in zip(norms, momenta):
                part.momentum = momentum


def minimize(optimizer, *losses):
    """Moves what the optimizer has by the gradient of the sum, which is averaged over the processes."""
    optimizer.zero_grad()
    sum(losses).backward()
    optimizer.step()
