import { square, sub } from '@tensorflow/tfjs-core';
import type { Reduction } from '../types.js';
import type { Prediction } from './l1.js';
import { reconstruction } from './reconstruction.js';
import type { ReconstructionOptions, Reduced } from './reconstruction.js';

/**
 * Computes the squared error, mean (prediction − target)² over all elements, without a factor ½ or
 * a root.
 *
 * **Differentiable:** to any order.
 *
 * @param pair `target` and `prediction` of one shape `[batch, …]`, float32.
 * @param options `reduction` `'mean'` (default), `'sum'` or `'none'`.
 * @returns A scalar, or for `'none'` the values per element; the caller owns it.
 * @throws GanKitError if shapes differ, or an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { l2 } from 'gan-kit/losses';
 *
 * await loadBackend();
 * const loss = l2({ target: tensor1d([1, 2]), prediction: tensor1d([4, 1]) });
 * console.log(await loss.data()); // → Float32Array(1) [ 5 ]
 * ```
 */
export function l2<R extends Reduction = 'mean'>(
  pair: Prediction,
  options: ReconstructionOptions<R> = {},
): Reduced<R> {
  return reconstruction('l2', pair, ['target', 'prediction'], options, (x, y) => square(sub(y, x)));
}
