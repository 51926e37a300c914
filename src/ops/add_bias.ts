import { add, clone, customGrad, sum } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Adds a bias [C] to y [..., C]. tfjs's sum keeps both terms until the gradient is computed, for their shapes; this one
 * keeps neither, so that a step holds one activation less for each convolution.
 *
 * **Differentiable:** to any order.
 */
export function addBias<T extends Tensor>(y: T, bias: Tensor): T {
  const axes = y.shape.slice(0, -1).map((_, axis) => axis);
  return customGrad((y, bias) => ({
    value: add(y as Tensor, bias as Tensor),
    gradFunc: (dy: Tensor) => [clone(dy), sum(dy, axes)],
  }))(y, bias) as T;
}
