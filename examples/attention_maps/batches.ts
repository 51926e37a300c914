import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { DIGITS } from '../labelled_digits/recipe.js';
import type { Images } from '../mnist/data.js';
import { batchClasses } from '../mnist/digit_classes.js';
import { paddedBatch } from '../mnist/padded.js';

/** Returns `ofEach` of each digit, in turns: 0 1 … 9 0 1 … 9. */
export const digitTurns = (ofEach: number): Uint8Array =>
  Uint8Array.from({ length: DIGITS * ofEach }, (_, i) => i % DIGITS);

/** Returns batch k of the shuffled epochs of a seed, 32 × 32, with its classes. */
export const classedBatch = (
  images: Images,
  batchSize: number,
  seed: number,
  k: number,
): { real: Tensor4D; condition: Tensor2D } => ({
  real: paddedBatch(images, batchSize, seed, k),
  condition: batchClasses(images, batchSize, seed, k),
});
