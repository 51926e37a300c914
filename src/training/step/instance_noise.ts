import { add } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { hostDecision } from '../../internal/host_input.js';
import type { RandomStream } from '../../internal/random.js';

/**
 * Returns x + N(0, (stddev · decayᵗ)²): noise on the discriminator's input keeps the distributions
 * of real and generated samples overlapping, and fades during training.
 *
 * @param step Returns t, discriminator steps so far.
 * @param random Drawn from once, unless the noise is 0.
 * @returns A new tensor, or x itself if the noise is 0.
 *
 * @see Arjovsky and Bottou 2017, arXiv 1701.04862, section 3
 */
export function addInstanceNoise(
  x: Tensor,
  { stddev, decay = 1 }: { readonly stddev: number; readonly decay?: number },
  step: () => number,
  random: RandomStream,
): Tensor {
  const now = () => stddev * decay ** step();
  return hostDecision(() => now() === 0) ? x : add(x, random.normal(x.shape, 0, now));
}
