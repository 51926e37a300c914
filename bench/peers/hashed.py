"""The numbers that every contender makes for itself; see bench/hash.ts."""

import math

import torch


def fill(shape, seed, scale):
    """A hash of seed and place, between -scale and scale."""
    mask = 0xFFFFFFFF
    i = torch.arange(math.prod(shape), dtype=torch.int64)
    h = (i * 0x9E3779B1 + seed * 0x85EBCA6B) & mask
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        h = h ^ (h >> shift)
        # the product of two 32-bit numbers overflows 63 bits: the upper half of h is taken apart
        h = ((h & 0xFFFF) * factor + ((((h >> 16) * factor) & 0xFFFF) << 16)) & mask
    h = h ^ (h >> 16)
    return ((h.double() / 2**31 - 1).float() * scale).reshape(shape)
