import { add, neg, relu, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * |x| = relu(x) + relu(−x), whose slope at 0 is 0, as in PyTorch.
 *
 * The slope of `tf.abs` at 0 is −1. Two images that agree exactly, as a saturated tanh and a black
 * background do, would then be driven apart by an L1 loss that is already at its minimum.
 *
 * **Differentiable:** to any order; the slope is −1, 0 or 1 and its own slope 0.
 *
 * @param x Any shape, float32.
 * @returns The shape of x; the caller owns it.
 */
export function absolute(x: Tensor): Tensor {
  return tidy(() => add(relu(x), relu(neg(x))));
}
