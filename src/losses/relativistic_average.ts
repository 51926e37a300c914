import { add, mean, mul, sub } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/check.js';
import type { AdversarialLoss, DiscriminatorOutputs } from '../types.js';
import { checkProbability, checkPositive } from './check.js';
import { crossEntropy as H } from './cross_entropy.js';
import { lossPair } from './loss_pair.js';

/** Options of {@link relativisticAverage}. */
export interface RelativisticAverageOptions {
  /** y_r, the label of "more real than the generated ones", in [0, 1]; default 1. */
  realLabel?: number;
  /** y_f, the label of "less real than the real ones", in [0, 1]; default 0. */
  fakeLabel?: number;
  /** y_g, the generator's label for its own samples, in [0, 1]; real ones get 1 − y_g; default 1. */
  generatorLabel?: number;
  /** s, the factor before both losses, > 0; default 1. The author's code has 0.5. */
  scale?: number;
}

/**
 * Makes the relativistic average loss: how much more real a sample is than the average of the other
 * side.
 *
 * ```
 * L_D = s (H(r, y_r) + H(f, y_f))
 * L_G = s (H(r, 1 − y_g) + H(f, y_g))
 *
 * r = D(x) − E D(G(z))
 * f = D(G(z)) − E D(x)
 * H(l, y) = E[−y log σ(l) − (1 − y) log(1 − σ(l))]
 * ```
 *
 * The averages inside r and f are over all logits, and gradients flow through them. The generator's
 * loss needs the logits of real samples too.
 *
 * **Differentiable:** to second order.
 *
 * @param options `realLabel`, `fakeLabel` and `generatorLabel` in [0, 1], default 1, 0 and 1;
 * `scale` > 0, default 1.
 * @returns A pair of losses of raw logits `[batch, …]`; the caller owns the scalars it returns.
 * @throws GanKitError if an option is unknown or out of range, or if `generator` gets no `real`.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { relativisticAverage } from 'gan-kit/losses';
 *
 * await loadBackend();
 * const loss = relativisticAverage();
 * const logits = { real: tensor1d([2, 0.5]), fake: tensor1d([-3, 1]) };
 * console.log(await loss.discriminator(logits).data()); // → Float32Array(1) [ 0.4201 ]
 * console.log(await loss.generator(logits).data()); // → Float32Array(1) [ 4.9201 ]
 * ```
 *
 * @see Jolicoeur-Martineau 2018, "The relativistic discriminator: a key element missing from
 * standard GAN", arXiv 1807.00734, RaSGAN
 */
export function relativisticAverage(options: RelativisticAverageOptions = {}): AdversarialLoss {
  const where = 'relativisticAverage';
  checkOptions(where, options, ['realLabel', 'fakeLabel', 'generatorLabel', 'scale']);
  const { realLabel = 1, fakeLabel = 0, generatorLabel = 1, scale = 1 } = options;
  checkProbability(where, 'realLabel', realLabel);
  checkProbability(where, 'fakeLabel', fakeLabel);
  checkProbability(where, 'generatorLabel', generatorLabel);
  checkPositive(where, 'scale', scale);
  const crossEntropies = ({ real, fake }: DiscriminatorOutputs, ofReal: number, ofFake: number) => {
    const r = sub(real, mean(fake));
    const f = sub(fake, mean(real));
    return mul(scale, add(H(r, ofReal), H(f, ofFake)));
  };
  return lossPair(where, 'relativistic', {
    needsReal: true,
    discriminator: (logits) => crossEntropies(logits, realLabel, fakeLabel),
    generator: (logits) => crossEntropies(logits, 1 - generatorLabel, generatorLabel),
  });
}
