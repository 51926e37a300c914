import { tensor2d } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { shuffledBatch } from 'gan-kit/training';
import type { Images } from './data.js';

/** Makes the numbers of classes that residual networks take, `[n, 1]`. */
export const classTensor = (digits: ArrayLike<number>): Tensor2D =>
  tensor2d(Float32Array.from(digits), [digits.length, 1]);

/** Returns the classes of batch k of the shuffled epochs of a seed. */
export function batchClasses(images: Images, batchSize: number, seed: number, k: number): Tensor2D {
  const places = shuffledBatch({ count: images.count, batchSize, seed, index: k });
  return classTensor(Array.from(places, (place) => images.digits[place]!));
}
