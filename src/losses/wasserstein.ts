import { mean, neg, sub } from '@tensorflow/tfjs-core';
import type { AdversarialLoss } from '../types.js';
import { lossPair } from './loss_pair.js';

/**
 * Makes the Wasserstein loss: minus the critic's estimate of the distance, which the generator
 * minimizes.
 *
 * ```
 * L_D = E D(G(z)) − E D(x)
 * L_G = −E D(G(z))
 * ```
 *
 * It bounds nothing by itself: the critic must be kept Lipschitz, by weight clipping, a gradient
 * penalty or spectral normalization.
 *
 * **Differentiable:** to any order; it is linear.
 *
 * @returns A pair of losses of raw logits `[batch, …]`; the caller owns the scalars it returns.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { wasserstein } from 'gan-kit/losses';
 *
 * await loadBackend();
 * const loss = wasserstein();
 * const logits = { real: tensor1d([3, 1]), fake: tensor1d([-4, 1]) };
 * console.log(await loss.discriminator(logits).data()); // → Float32Array(1) [ -3.5 ]
 * console.log(await loss.generator(logits).data()); // → Float32Array(1) [ 1.5 ]
 * ```
 *
 * @see Arjovsky, Chintala and Bottou 2017, "Wasserstein GAN", arXiv 1701.07875, equation 2
 */
export function wasserstein(): AdversarialLoss {
  return lossPair('wasserstein', 'wasserstein', {
    discriminator: ({ real, fake }) => sub(mean(fake), mean(real)),
    generator: ({ fake }) => neg(mean(fake)),
  });
}
