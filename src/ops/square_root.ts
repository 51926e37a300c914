import { add, customGrad, div, mul, sqrt, step, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { stopGradient } from './stop_gradient.js';

/**
 * Computes √x, with the bits of `tf.sqrt` and a slope of 0 at 0.
 *
 * The slope of `tf.sqrt` is infinite there. An update rule takes the root of a mean of squares, ∂√(g²)/∂g =
 * g/√(g²), and for a weight without a gradient tfjs's chain of factors would be 0 · ∞.
 *
 * **Differentiable:** to any order.
 *
 * @param x Any shape, float32, 0 or more.
 * @returns The shape of x; the caller owns it.
 */
export function squareRoot(x: Tensor): Tensor {
  const root = customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    save([x]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => tidy(() => mul(dy, slope(saved[0]!)));
    return { value: sqrt(x), gradFunc };
  });
  return root(x);
}

/** Computes 1/(2√x), or 0 where x is 0. */
function slope(x: Tensor): Tensor {
  const isPositive = stopGradient(() => step(x));
  const isZero = stopGradient(() => sub(1, step(x)));
  return div(mul(isPositive, 0.5), add(squareRoot(x), isZero));
}
