import type { Tensor } from '@tensorflow/tfjs-core';
import type { RandomSource } from '../core/condition_distribution.js';

/** A random change of samples that gradients pass through: T of DiffAugment. See {@link diffAugment}. */
export interface Augmentation {
  /**
   * Changes each sample by itself.
   *
   * @param x Samples `[batch, …]`; they stay the caller's.
   * @param random The only source of randomness, so that a resumed run draws the same numbers.
   * @returns Samples of the same shape, differentiable in x; the caller owns them.
   */
  transform(x: Tensor, random: RandomSource): Tensor;
}
