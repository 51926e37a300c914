import { add, neg } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/check.js';
import type { AdversarialLoss } from '../types.js';
import { checkProbability } from './check.js';
import { crossEntropy as H } from './cross_entropy.js';
import { lossPair } from './loss_pair.js';

/** Options of {@link minimax}. */
export interface MinimaxOptions {
  /** y_r, the label of real samples, in [0, 1]; default 1, 0.9 smooths one side. */
  realLabel?: number;
  /** y_f, the label of generated samples, in [0, 1]; default 0, 0.1 smooths the other side. */
  fakeLabel?: number;
}

/**
 * Makes the minimax (saturating) loss: the generator maximizes what the discriminator minimizes.
 *
 * ```
 * L_D = H(D(x), y_r) + H(D(G(z)), y_f)
 * L_G = −H(D(G(z)), y_f)                     = E log(1 − σ(D(G(z)))) for y_f = 0
 *
 * H(l, y) = E[−y log σ(l) − (1 − y) log(1 − σ(l))]
 * ```
 *
 * The generator's slope vanishes if the discriminator is sure, which is why most people train with
 * {@link nonSaturating}.
 *
 * **Differentiable:** to second order.
 *
 * @param options `realLabel` and `fakeLabel` in [0, 1], default 1 and 0.
 * @returns A pair of losses of raw logits `[batch, …]`; the caller owns the scalars it returns.
 * @throws GanKitError if an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { minimax } from 'gan-kit/losses';
 *
 * await loadBackend();
 * const loss = minimax({ realLabel: 0.9 });
 * const logits = { real: tensor1d([2, 0.5]), fake: tensor1d([-3, 1]) };
 * console.log(await loss.discriminator(logits).data()); // → Float32Array(1) [ 1.1064 ]
 * console.log(await loss.generator(logits).data()); // → Float32Array(1) [ -0.6809 ]
 * ```
 *
 * @see Goodfellow et al. 2014, "Generative Adversarial Networks", arXiv 1406.2661, equation 1
 * @see Salimans et al. 2016, arXiv 1606.03498, section 3.4 (one-sided label smoothing)
 */
export function minimax(options: MinimaxOptions = {}): AdversarialLoss {
  checkOptions('minimax', options, ['realLabel', 'fakeLabel']);
  const { realLabel = 1, fakeLabel = 0 } = options;
  checkProbability('minimax', 'realLabel', realLabel);
  checkProbability('minimax', 'fakeLabel', fakeLabel);
  return lossPair('minimax', 'minimax', {
    discriminator: ({ real, fake }) => add(H(real, realLabel), H(fake, fakeLabel)),
    generator: ({ fake }) => neg(H(fake, fakeLabel)),
  });
}
