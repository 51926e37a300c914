import type { GradientPenalty } from './gradient_penalty.js';
import { zeroCentred } from './zero_centred.js';
import type { ZeroCentredOptions } from './zero_centred.js';

/**
 * Makes R2, which asks for no slope at the generated samples.
 *
 * ```
 * γ/2 · E ‖∇D(x̃)‖²
 * ```
 *
 * The weight of the penalty is γ/2 and `compute` returns E ‖∇D(x̃)‖²; see {@link r1} for the real
 * samples.
 *
 * **Differentiable:** in the critic's weights, to first order; x̃ is a constant.
 *
 * @param options `gamma`, 0 or more, default 10; `outputs` and `every` as in {@link GradientPenalty}.
 * @returns The penalty.
 * @throws GanKitError if an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-layers';
 * import { square, sum, tensor2d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { r2 } from 'gan-kit/penalties';
 *
 * await loadBackend();
 * const critic = (x: Tensor) => sum(square(x), 1); // a slope of 2x
 * const batch = { real: tensor2d([[9, 9]]), fake: tensor2d([[1, 2]]) };
 * console.log(await r2().compute(critic, batch).data()); // → Float32Array(1) [ 20 ]
 * ```
 *
 * @see Mescheder et al. 2018, arXiv 1801.04406, equation 10
 */
export function r2(options: ZeroCentredOptions = {}): GradientPenalty {
  return zeroCentred('r2', 'fake', options);
}
