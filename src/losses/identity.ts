import { sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { absolute } from '../ops/absolute.js';
import type { Reduction } from '../types.js';
import { reconstruction } from './reconstruction.js';
import type { ReconstructionOptions, Reduced } from './reconstruction.js';

/** The images that {@link identity} compares. */
export interface Identity {
  readonly real: Tensor;
  readonly same: Tensor;
}

/**
 * Computes the identity loss, mean |G(y) − y| for y already of G's target domain, which should not
 * change; it keeps the colours of photographs.
 *
 * In the paper its weight is half of λ, that of the cycle consistency loss.
 *
 * **Differentiable:** to second order; where both agree the slope is 0, as in PyTorch.
 *
 * @param pair `real` y and `same` G(y), of one shape `[batch, …]`, float32.
 * @param options `reduction` `'mean'` (default), `'sum'` or `'none'`.
 * @returns A scalar, or for `'none'` the values per element; the caller owns it.
 * @throws GanKitError if shapes differ, or an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { identity } from 'gan-kit/losses';
 *
 * await loadBackend();
 * const loss = identity({ real: tensor1d([1, 2]), same: tensor1d([4, 1]) });
 * console.log(await loss.data()); // → Float32Array(1) [ 2 ]
 * ```
 *
 * @see Zhu et al. 2017, arXiv 1703.10593, section 5.2
 */
export function identity<R extends Reduction = 'mean'>(
  pair: Identity,
  options: ReconstructionOptions<R> = {},
): Reduced<R> {
  return reconstruction('identity', pair, ['real', 'same'], options, (x, y) => absolute(sub(y, x)));
}
