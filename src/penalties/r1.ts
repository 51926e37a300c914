import type { GradientPenalty } from './gradient_penalty.js';
import { zeroCentred } from './zero_centred.js';
import type { ZeroCentredOptions } from './zero_centred.js';

/**
 * Makes R1, which asks for no slope at the real samples.
 *
 * ```
 * γ/2 · E ‖∇D(x)‖²
 * ```
 *
 * The weight of the penalty is γ/2 and `compute` returns E ‖∇D(x)‖². The mean is over the batch, the
 * norm over all other axes. StyleGAN2's lazy form is `r1({ gamma: 10, every: 16 })`: a trainer then
 * adds 16 · γ/2 · E ‖∇D(x)‖² at every 16th step, as `createGAN` does, so that γ keeps its meaning.
 * (StyleGAN2 also changes Adam's rates for it, by 16/17; that is up to the user.)
 *
 * **Differentiable:** in the critic's weights, to first order.
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
 * import { r1 } from 'gan-kit/penalties';
 *
 * await loadBackend();
 * const critic = (x: Tensor) => sum(square(x), 1); // a slope of 2x
 * const penalty = r1({ gamma: 10 });
 * const term = penalty.compute(critic, { real: tensor2d([[1, 2], [3, 0]]) });
 * console.log(penalty.weight, await term.data()); // → 5 Float32Array(1) [ 28 ]
 * ```
 *
 * @see Mescheder et al. 2018, arXiv 1801.04406, equation 9; lazy: Karras et al. 2019, arXiv
 *   1912.04958, section 3.1
 */
export function r1(options: ZeroCentredOptions = {}): GradientPenalty {
  return zeroCentred('r1', 'real', options);
}
