import type { Tensor } from '@tensorflow/tfjs-core';
import { checkTensor } from '../../internal/check.js';
import type { Augmentation } from '../augmentation/augmentation.js';
import type { RandomSource } from '../core/condition_distribution.js';

/**
 * Returns T(x), what an augmentation makes of samples; refuses a result of another shape.
 *
 * @param where For messages.
 * @returns A new tensor, or x itself if there is no augmentation.
 */
export function augmented(
  where: string,
  augmentation: Augmentation | undefined,
  x: Tensor,
  random: RandomSource,
): Tensor {
  if (augmentation === undefined) return x;
  const changed = augmentation.transform(x, random);
  checkTensor(where, 'augment.transform()', changed, { shape: x.shape });
  return changed;
}
