"""TensorFlow's padding 'same', which PyTorch has not for strides."""

import math


def same(size, kernel, stride):
    """How many pixels come before and after."""
    total = max(0, (math.ceil(size / stride) - 1) * stride + kernel - size)
    return total // 2, total - total // 2
