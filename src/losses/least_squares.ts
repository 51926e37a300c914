import { add, mean, mul, square, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/check.js';
import type { AdversarialLoss } from '../types.js';
import { checkFinite, checkPositive } from './check.js';
import { lossPair } from './loss_pair.js';

/** Options of {@link leastSquares}. */
export interface LeastSquaresOptions {
  /** a, the discriminator's target for generated samples; default 0. */
  fakeLabel?: number;
  /** b, the discriminator's target for real samples; default 1. */
  realLabel?: number;
  /** c, the generator's target for its samples; default 1. */
  generatorLabel?: number;
  /** s, the factor before both losses, > 0; default 0.5, the paper's. CycleGAN's code has 1. */
  scale?: number;
}

/**
 * Makes the least squares loss with the paper's a-b-c coding.
 *
 * ```
 * L_D = S(D(x), b) + S(D(G(z)), a)
 * L_G = S(D(G(z)), c)
 *
 * S(l, y) = s E (l − y)²
 * ```
 *
 * a = 0, b = c = 1 asks for samples as real as possible; a = −1, b = 1, c = 0 minimizes the Pearson
 * χ² divergence.
 *
 * **Differentiable:** to any order.
 *
 * @param options `fakeLabel`, `realLabel` and `generatorLabel`, any finite numbers, default 0, 1 and
 * 1; `scale` > 0, default 0.5.
 * @returns A pair of losses of raw logits `[batch, …]`; the caller owns the scalars it returns.
 * @throws GanKitError if an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { leastSquares } from 'gan-kit/losses';
 *
 * await loadBackend();
 * const loss = leastSquares();
 * const logits = { real: tensor1d([3, 1]), fake: tensor1d([-4, 1]) };
 * console.log(await loss.discriminator(logits).data()); // → Float32Array(1) [ 5.25 ]
 * console.log(await loss.generator(logits).data()); // → Float32Array(1) [ 6.25 ]
 * ```
 *
 * @see Mao et al. 2016, "Least Squares Generative Adversarial Networks", arXiv 1611.04076, equation 2
 */
export function leastSquares(options: LeastSquaresOptions = {}): AdversarialLoss {
  checkOptions('leastSquares', options, ['fakeLabel', 'realLabel', 'generatorLabel', 'scale']);
  const { fakeLabel: a = 0, realLabel: b = 1, generatorLabel: c = 1, scale: s = 0.5 } = options;
  checkFinite('leastSquares', 'fakeLabel', a);
  checkFinite('leastSquares', 'realLabel', b);
  checkFinite('leastSquares', 'generatorLabel', c);
  checkPositive('leastSquares', 'scale', s);
  const S = (logits: Tensor, label: number): Tensor => mul(s, mean(square(sub(logits, label))));
  return lossPair('leastSquares', 'leastsquares', {
    discriminator: ({ real, fake }) => add(S(real, b), S(fake, a)),
    generator: ({ fake }) => S(fake, c),
  });
}
