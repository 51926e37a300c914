import { reshape, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { SIDE, trainingBatch } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';
import { CHANNELS } from './networks.js';

/** Stacks each three consecutive digits as the channels of an image: `[3n, 28, 28, 1]` to `[n, 28, 28, 3]`. */
export const stack = (digits: Tensor4D): Tensor4D =>
  tidy(() => transpose(reshape(digits, [-1, CHANNELS, SIDE, SIDE]), [0, 2, 3, 1]));

/** Takes images apart into their digits, the inverse of `stack`. */
export const digitsOf = (images: Tensor4D): Tensor4D =>
  tidy(() => reshape(transpose(images, [0, 3, 1, 2]), [-1, SIDE, SIDE, 1]));

/** Returns batch k of stacked digits; each epoch of a seed stacks all digits once, in new threes. */
export const stackedBatch = (images: Images, batchSize: number, seed: number, k: number) =>
  tidy(() => stack(trainingBatch(images, CHANNELS * batchSize, seed, k)));

/** Draws batches of stacked digits, one after the other. */
export function* stackedBatches(images: Images, batches: number, batchSize: number) {
  for (let k = 0; k < batches; k++) yield stackedBatch(images, batchSize, 0, k);
}
