import { add, mean, neg, sub } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/check.js';
import { positivePart } from '../ops/positive_part.js';
import type { AdversarialLoss } from '../types.js';
import { checkPositive } from './check.js';
import { lossPair } from './loss_pair.js';

/** Options of {@link hinge}. */
export interface HingeOptions {
  /** m, the logit beyond which a sample no longer teaches the discriminator; default 1. */
  margin?: number;
}

/**
 * Makes the hinge loss: the discriminator learns only from samples on the wrong side of a margin.
 *
 * ```
 * L_D = E relu(m − D(x)) + E relu(m + D(G(z)))
 * L_G = −E D(G(z))
 * ```
 *
 * **Differentiable:** to second order; at the margin itself the slope is 0, as in PyTorch.
 *
 * @param options `margin` > 0, default 1.
 * @returns A pair of losses of raw logits `[batch, …]`; the caller owns the scalars it returns.
 * @throws GanKitError if an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { hinge } from 'gan-kit/losses';
 *
 * await loadBackend();
 * const loss = hinge();
 * const logits = { real: tensor1d([2, 0.5]), fake: tensor1d([-3, 1]) };
 * console.log(await loss.discriminator(logits).data()); // → Float32Array(1) [ 1.25 ]
 * console.log(await loss.generator(logits).data()); // → Float32Array(1) [ 1 ]
 * ```
 *
 * @see Lim and Ye 2017, "Geometric GAN", arXiv 1705.02894
 * @see Miyato et al. 2018, arXiv 1802.05957, equations 16 and 17
 */
export function hinge(options: HingeOptions = {}): AdversarialLoss {
  checkOptions('hinge', options, ['margin']);
  const { margin: m = 1 } = options;
  checkPositive('hinge', 'margin', m);
  return lossPair('hinge', 'hinge', {
    discriminator: ({ real, fake }) =>
      add(mean(positivePart(sub(m, real))), mean(positivePart(add(m, fake)))),
    generator: ({ fake }) => neg(mean(fake)),
  });
}
