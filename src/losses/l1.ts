import { sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { absolute } from '../ops/absolute.js';
import type { Reduction } from '../types.js';
import { reconstruction } from './reconstruction.js';
import type { ReconstructionOptions, Reduced } from './reconstruction.js';

/** The tensors that {@link l1} and {@link l2} compare. */
export interface Prediction {
  readonly target: Tensor;
  readonly prediction: Tensor;
}

/**
 * Computes the L1 loss, mean |prediction − target| over all elements; pix2pix weights it by 100.
 *
 * **Differentiable:** to second order; where both agree the slope is 0, as in PyTorch.
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
 * import { l1 } from 'gan-kit/losses';
 *
 * await loadBackend();
 * const loss = l1({ target: tensor1d([1, 2]), prediction: tensor1d([4, 1]) });
 * console.log(await loss.data()); // → Float32Array(1) [ 2 ]
 * ```
 *
 * @see Isola et al. 2016, "Image-to-Image Translation with Conditional Adversarial Networks",
 * arXiv 1611.07004, equation 3
 */
export function l1<R extends Reduction = 'mean'>(
  pair: Prediction,
  options: ReconstructionOptions<R> = {},
): Reduced<R> {
  return reconstruction('l1', pair, ['target', 'prediction'], options, (x, y) =>
    absolute(sub(y, x)),
  );
}
