import { add, mul, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { labelledBatch } from '../labelled_digits/labels.js';
import type { Images } from '../mnist/data.js';

/** Maps pixels in [−1, 1], which the judging classifier takes, to [0, 1], which the stack makes. */
export const bright = (images: Tensor4D): Tensor4D => tidy(() => mul(add(images, 1), 0.5));

/** Maps them back. */
export const signed = (images: Tensor4D): Tensor4D => tidy(() => sub(mul(images, 2), 1));

/** Returns batch k of the shuffled epochs of a seed in [0, 1], with its labels. */
export function brightBatch(
  images: Images,
  batchSize: number,
  seed: number,
  k: number,
): { real: Tensor4D; condition: Tensor2D } {
  const { real, condition } = labelledBatch(images, batchSize, seed, k);
  const shown = bright(real);
  real.dispose();
  return { real: shown, condition };
}
