import { add, mul, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RandomStream } from '../../internal/random.js';

/**
 * Swaps the logits of real and fake sample i with the given probability: the same as swapping their
 * labels, for any loss.
 *
 * @param logits Two tensors of one shape `[batch, …]`.
 * @param probability The probability of a swap, independent for each pair.
 * @param random Drawn from once, unless the probability is 0.
 * @returns New tensors, or the logits themselves if the probability is 0.
 *
 * @see Chintala et al. 2016, "How to Train a GAN?", NIPS workshop on adversarial training
 */
export function flipLabels(
  logits: { readonly real: Tensor; readonly fake: Tensor },
  probability: number,
  random: RandomStream,
): { real: Tensor; fake: Tensor } {
  const { real, fake } = logits;
  if (probability === 0) return { real, fake };
  const perSample = [real.shape[0], ...real.shape.slice(1).map(() => 1)];
  const moved = mul(random.bernoulli(perSample, probability), sub(fake, real));
  return { real: add(real, moved), fake: sub(fake, moved) };
}
