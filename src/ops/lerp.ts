import { add, mul, sub } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';

/**
 * Computes (1 − t) a + t b: exactly a at t = 0 and exactly b at t = 1, if both are finite.
 *
 * @param t In [0, 1], on the device.
 * @returns A tensor of the shape of a and b; the caller owns it.
 *
 * **Differentiable:** to any order.
 */
export const lerp = <T extends Tensor>(a: T, b: T, t: Scalar): T =>
  add(mul(a, sub(1, t)), mul(b, t));
