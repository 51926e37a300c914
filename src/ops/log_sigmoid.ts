import { neg, softplus, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkTensor } from '../internal/check.js';

/**
 * Computes log σ(x) = −softplus(−x), exact in both tails.
 *
 * `tf.logSigmoid` throws on the backward pass unless x is an input of the gradient itself.
 *
 * **Differentiable:** to any order, once `enableSecondOrderGradients()` was called.
 *
 * @param x Float32, any shape.
 * @returns The shape of x, all elements ≤ 0; the caller owns it.
 * @throws GanKitError for another dtype.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { logSigmoid } from 'gan-kit/ops';
 *
 * await loadBackend();
 * console.log(await logSigmoid(tensor1d([0, -50])).data()); // → Float32Array(2) [ -0.693, -50 ]
 * ```
 */
export function logSigmoid<T extends Tensor>(x: T): T {
  checkTensor('logSigmoid', 'x', x);
  return tidy(() => neg<T>(softplus(neg(x))));
}
