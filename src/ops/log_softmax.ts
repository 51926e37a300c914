import { exp, log, max, sub, sum, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkNumber, checkTensor } from '../internal/check.js';
import { stopGradient } from './stop_gradient.js';

/**
 * Computes log softmax(x)ᵢ = xᵢ − m − log Σⱼ exp(xⱼ − m), with m the largest element.
 *
 * `tf.logSoftmax` has a custom gradient that is silently wrong at second order, and takes the last axis
 * only.
 *
 * **Differentiable:** to any order, once `enableSecondOrderGradients()` was called. m is held constant,
 * as it cancels.
 *
 * @param logits Float32, rank 1 or more.
 * @param axis The axis of the classes; default −1, the last.
 * @returns The shape of `logits`, all elements ≤ 0; the caller owns it.
 * @throws GanKitError for another dtype or an axis that does not exist.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { logSoftmax } from 'gan-kit/ops';
 *
 * await loadBackend();
 * console.log(await logSoftmax(tensor1d([0, Math.log(3)])).data()); // → Float32Array(2) [ -1.386, -0.288 ]
 * ```
 */
export function logSoftmax<T extends Tensor>(logits: T, axis = -1): T {
  const where = 'logSoftmax';
  checkTensor(where, 'logits', logits, { minRank: 1 });
  checkNumber(where, 'axis', axis, { integer: true, min: -logits.rank, max: logits.rank - 1 });
  return tidy(() => {
    const shifted = sub(
      logits,
      stopGradient(() => max(logits, axis, true)),
    );
    return sub<T>(shifted, log(sum(exp(shifted), axis, true)));
  });
}
