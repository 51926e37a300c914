import { mul, relu, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { oneOrNaN } from './one_or_nan.js';

/**
 * Computes max(0, x), NaN where x is NaN.
 *
 * tfjs's own relu is 0 on wasm for the NaN that a processor makes, until our kernels are installed.
 *
 * **Differentiable:** to any order; the slope at 0 is 0.
 *
 * @param x Any shape, float32.
 * @returns The shape of x; the caller owns it.
 */
export const positivePart = (x: Tensor): Tensor => tidy(() => mul(relu(x), oneOrNaN(x)));
