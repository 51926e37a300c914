import { readOptions } from '../internal/read_options.js';
import { GRADIENT_PENALTY, GradientPenalty } from './gradient_penalty.js';
import type { GradientPenaltyOptions } from './gradient_penalty.js';

/** Options of {@link dragan}. */
export type DraganOptions = Pick<
  GradientPenaltyOptions,
  'weight' | 'target' | 'outputs' | 'epsilon' | 'scale' | 'every' | 'seed'
>;

/**
 * Makes DRAGAN's penalty, which asks for a gradient of norm 1 around the real samples.
 *
 * ```
 * E (√(‖∇D(x̂)‖² + ε) − k)²,   x̂ = x + α · scale · σ · u
 * ```
 *
 * σ is the standard deviation of all numbers of the batch (biased), u ~ U[0, 1) for each number, α ~ U(0, 1) for
 * each sample: the authors' code, whose perturbation is never negative. Their paper has normal noise. It
 * combines with any adversarial loss; the authors use the cross-entropy and no batch normalization in the
 * discriminator.
 *
 * **Differentiable:** in the critic's weights, to first order.
 *
 * @param options `weight` λ, default 10; `scale` above 0, default 0.5; `target` k, default 1; `outputs`,
 *   `epsilon`, `every` and `seed` as in {@link GradientPenalty}.
 * @returns The penalty.
 * @throws GanKitError if an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-layers';
 * import { mul, sum, tensor2d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { dragan } from 'gan-kit/penalties';
 *
 * await loadBackend();
 * const critic = (x: Tensor) => sum(mul(x, 3), 1); // a slope of (3, 3) everywhere
 * const term = dragan().compute(critic, { real: tensor2d([[1, 2], [3, 4]]) });
 * console.log(await term.data()); // → Float32Array(1) [ 10.515 ]
 * ```
 *
 * @see Kodali et al. 2017, "On Convergence and Stability of GANs", arXiv 1705.07215
 */
export function dragan(options: DraganOptions = {}): GradientPenalty {
  const { weight, target, outputs, epsilon, scale, every, seed } = GRADIENT_PENALTY;
  const own = { weight, target, outputs, epsilon, scale, every, seed };
  return new GradientPenalty({ ...readOptions('dragan', options, own), at: 'perturbed' });
}
