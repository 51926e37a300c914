import { add } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/check.js';
import type { AdversarialLoss } from '../types.js';
import { checkProbability } from './check.js';
import { crossEntropy as H } from './cross_entropy.js';
import { lossPair } from './loss_pair.js';

/** Options of {@link nonSaturating}. */
export interface NonSaturatingOptions {
  /** y_r, the label of real samples, in [0, 1]; default 1, 0.9 smooths one side. */
  realLabel?: number;
  /** y_f, the label of generated samples, in [0, 1]; default 0, 0.1 smooths the other side. */
  fakeLabel?: number;
  /** y_g, the generator's label for its samples, in [0, 1]; default 1. */
  generatorLabel?: number;
}

/**
 * Makes the non-saturating loss: the discriminator of {@link minimax}, and a generator that
 * maximizes the probability of being taken for real instead of minimizing that of being caught.
 *
 * ```
 * L_D = H(D(x), y_r) + H(D(G(z)), y_f)
 * L_G = H(D(G(z)), y_g)                      = −E log σ(D(G(z))) for y_g = 1
 *
 * H(l, y) = E[−y log σ(l) − (1 − y) log(1 − σ(l))]
 * ```
 *
 * **Differentiable:** to second order.
 *
 * @param options `realLabel`, `fakeLabel` and `generatorLabel` in [0, 1], default 1, 0 and 1.
 * @returns A pair of losses of raw logits `[batch, …]`; the caller owns the scalars it returns.
 * @throws GanKitError if an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { nonSaturating } from 'gan-kit/losses';
 *
 * await loadBackend();
 * const loss = nonSaturating({ realLabel: 0.9 });
 * const logits = { real: tensor1d([2, 0.5]), fake: tensor1d([-3, 1]) };
 * console.log(await loss.discriminator(logits).data()); // → Float32Array(1) [ 1.1064 ]
 * console.log(await loss.generator(logits).data()); // → Float32Array(1) [ 1.6809 ]
 * ```
 *
 * @see Goodfellow et al. 2014, "Generative Adversarial Networks", arXiv 1406.2661, section 3
 * @see Salimans et al. 2016, arXiv 1606.03498, section 3.4 (one-sided label smoothing)
 */
export function nonSaturating(options: NonSaturatingOptions = {}): AdversarialLoss {
  checkOptions('nonSaturating', options, ['realLabel', 'fakeLabel', 'generatorLabel']);
  const { realLabel = 1, fakeLabel = 0, generatorLabel = 1 } = options;
  checkProbability('nonSaturating', 'realLabel', realLabel);
  checkProbability('nonSaturating', 'fakeLabel', fakeLabel);
  checkProbability('nonSaturating', 'generatorLabel', generatorLabel);
  return lossPair('nonSaturating', 'nonsaturating', {
    discriminator: ({ real, fake }) => add(H(real, realLabel), H(fake, fakeLabel)),
    generator: ({ fake }) => H(fake, generatorLabel),
  });
}
