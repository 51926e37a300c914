import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { shuffledBatch } from 'gan-kit/training';

/** One half of MNIST: the bytes of the file, 28×28 for each image, and the digits. */
export interface Images {
  readonly count: number;
  readonly pixels: Uint8Array;
  readonly digits: Uint8Array;
}

export const SIDE = 28;
/** The number of bytes of an image. */
export const SIZE = SIDE * SIDE;

/** Makes a batch of the images at the given places; bytes 0 … 255 become floats −1 … 1. */
export function imageTensor(images: Images, places: ArrayLike<number>): Tensor4D {
  const values = new Float32Array(places.length * SIZE);
  for (let n = 0; n < places.length; n++) {
    const from = places[n]! * SIZE;
    for (let i = 0; i < SIZE; i++) values[n * SIZE + i] = images.pixels[from + i]! / 127.5 - 1;
  }
  return tensor4d(values, [places.length, SIDE, SIDE, 1]);
}

/** Returns batch k of the shuffled epochs of a seed: a pure function of (seed, k). */
export function trainingBatch(
  images: Images,
  batchSize: number,
  seed: number,
  k: number,
): Tensor4D {
  return imageTensor(images, shuffledBatch({ count: images.count, batchSize, seed, index: k }));
}

/** Returns the places first, first + 1, … of `count` images. */
export const range = (first: number, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => first + i);

/** Returns the first images of a half. */
export const firstImages = ({ pixels, digits }: Images, count: number): Images => ({
  count,
  pixels: pixels.subarray(0, count * SIZE),
  digits: digits.subarray(0, count),
});
