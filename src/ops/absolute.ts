import { mul, neg, step, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { stopGradient } from './stop_gradient.js';

/**
 * Computes |x| = x · s, s its sign: −1, 0 or 1. The slope at 0 is 0, as in PyTorch; NaN stays NaN.
 *
 * The slope of `tf.abs` at 0 is −1. An L1 loss that is already at its minimum would then drive
 * apart two images that agree exactly, as a saturated tanh and a black background do.
 *
 * **Differentiable:** to any order; the slope is −1, 0 or 1 and its own slope 0.
 *
 * @param x Any shape, float32.
 * @returns The shape of x; the caller owns it.
 */
export function absolute(x: Tensor): Tensor {
  return tidy(() =>
    mul(
      x,
      stopGradient(() => sub(step(x), step(neg(x)))),
    ),
  );
}
