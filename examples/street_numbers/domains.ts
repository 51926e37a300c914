import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { shuffledBatch } from 'gan-kit/training';
import { imageTensor } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';
import { CHANNELS, SIDE, streetNumber } from './street_numbers.js';

const SIZE = SIDE * SIDE * CHANNELS;

/** Returns the images first … first + count − 1 of MNIST, unchanged. */
export function part(images: Images, first: number, count: number): Images {
  const size = images.pixels.length / images.count;
  return {
    count,
    pixels: images.pixels.subarray(first * size, (first + count) * size),
    digits: images.digits.subarray(first, first + count),
  };
}

/** Draws a street number for each image of the source, as bytes: 32×32×3 each. */
export async function drawStreet(source: Images, seed: number): Promise<Images> {
  const { count, digits } = source;
  const pixels = new Uint8Array(count * SIZE);
  for (let i = 0; i < count; i++) {
    const image = await streetNumber(source, seed, i);
    for (let j = 0; j < SIZE; j++) pixels[i * SIZE + j] = Math.round((image[j]! + 1) * 127.5);
  }
  return { count, pixels, digits };
}

/** Makes a batch of the street numbers at the given places, floats −1 … 1. */
export function streetTensor(images: Images, places: ArrayLike<number>): Tensor4D {
  const values = new Float32Array(places.length * SIZE);
  for (let n = 0; n < places.length; n++) {
    const from = places[n]! * SIZE;
    for (let i = 0; i < SIZE; i++) values[n * SIZE + i] = images.pixels[from + i]! / 127.5 - 1;
  }
  return tensor4d(values, [places.length, SIDE, SIDE, CHANNELS]);
}

/** Both domains; no image of MNIST is in both. */
export interface Domains {
  /** MNIST, 28×28×1. */
  readonly a: Images;
  /** Street numbers, 32×32×3. */
  readonly b: Images;
}

/** Makes the training data: digits from MNIST's first 30,000 images, street numbers from the others. */
export async function trainingDomains(train: Images, count = 30_000): Promise<Domains> {
  const half = train.count / 2;
  return { a: part(train, 0, count), b: await drawStreet(part(train, half, count), 1) };
}

/** Makes the held-out data in the same way from the test images, which are not used in training. */
export async function heldOutDomains(test: Images, count: number): Promise<Domains> {
  return { a: part(test, 0, count), b: await drawStreet(part(test, count, count), 2) };
}

/** Returns batch k of both domains, unpaired: a pure function of (seed, k). */
export function unpairedBatch(
  { a, b }: Domains,
  batchSize: number,
  seed: number,
  k: number,
): { a: Tensor4D; b: Tensor4D } {
  const places = (count: number, stream: number) =>
    shuffledBatch({ count, batchSize, seed: 2 * seed + stream, index: k });
  return { a: imageTensor(a, places(a.count, 0)), b: streetTensor(b, places(b.count, 1)) };
}
