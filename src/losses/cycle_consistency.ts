import { sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { absolute } from '../ops/absolute.js';
import type { Reduction } from '../types.js';
import { reconstruction } from './reconstruction.js';
import type { ReconstructionOptions, Reduced } from './reconstruction.js';

/** The images that {@link cycleConsistency} compares. */
export interface Cycle {
  readonly real: Tensor;
  readonly reconstructed: Tensor;
}

/**
 * Computes one half of the cycle consistency loss, mean |F(G(x)) − x|: an image translated there and
 * back should be itself again.
 *
 * The whole loss is the sum over both directions, each times its λ (10 in the paper):
 * λ_A · cycle(A) + λ_B · cycle(B).
 *
 * **Differentiable:** to second order; where both agree the slope is 0, as in PyTorch.
 *
 * @param pair `real` x and `reconstructed` F(G(x)), of one shape `[batch, …]`, float32.
 * @param options `reduction` `'mean'` (default), `'sum'` or `'none'`.
 * @returns A scalar, or for `'none'` the values per element; the caller owns it.
 * @throws GanKitError if shapes differ, or an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { cycleConsistency } from 'gan-kit/losses';
 *
 * await loadBackend();
 * const loss = cycleConsistency({ real: tensor1d([1, 2]), reconstructed: tensor1d([4, 1]) });
 * console.log(await loss.data()); // → Float32Array(1) [ 2 ]
 * ```
 *
 * @see Zhu et al. 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
 * Networks", arXiv 1703.10593, equation 2
 */
export function cycleConsistency<R extends Reduction = 'mean'>(
  pair: Cycle,
  options: ReconstructionOptions<R> = {},
): Reduced<R> {
  return reconstruction('cycleConsistency', pair, ['real', 'reconstructed'], options, (x, y) =>
    absolute(sub(y, x)),
  );
}
