import { cast, oneHot, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { shuffledBatch } from 'gan-kit/training';
import { imageTensor } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';
import { DIGITS } from './recipe.js';

/** Makes labels `[n, 10]`: 1 at the digit and 0 elsewhere. */
export const labelTensor = (digits: ArrayLike<number>): Tensor2D =>
  tidy(() =>
    cast(oneHot(tensor1d(Int32Array.from(digits), 'int32'), DIGITS) as Tensor2D, 'float32'),
  );

/** Returns `ofEach` of each digit, in order: 0 0 … 1 1 … 9 9 …. */
export const digitRows = (ofEach: number): Uint8Array =>
  Uint8Array.from({ length: DIGITS * ofEach }, (_, i) => Math.floor(i / ofEach));

/** Returns batch k of the shuffled epochs of a seed, with its labels. */
export function labelledBatch(
  images: Images,
  batchSize: number,
  seed: number,
  k: number,
): { real: Tensor4D; condition: Tensor2D } {
  const places = shuffledBatch({ count: images.count, batchSize, seed, index: k });
  const digits = Array.from(places, (place) => images.digits[place]!);
  return { real: imageTensor(images, places), condition: labelTensor(digits) };
}
