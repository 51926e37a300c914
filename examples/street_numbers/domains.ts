import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { shuffledBatch } from 'gan-kit/training';
import { imageTensor } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';
import { CHANNELS, SIDE, streetNumber } from './street_numbers.js';

const SIZE = SIDE * SIDE * CHANNELS;

/** The images first … first + count − 1 of MNIST, as they are. */
export function part(images: Images, first: number, count: number): Images {
  const size = images.pixels.length / images.count;
  return {
    count,
    pixels: images.pixels.subarray(first * size, (first + count) * size),
    digits: images.digits.subarray(first, first + count),
  };
}

/** A street number for each image of the source, as bytes: 32×32×3 each. */
export async function drawStreet(source: Images, seed: number): Promise<Images> {
  const { count, digits } = source;
  const pixels = new Uint8Array(count * SIZE);
  for (let i = 0; i < count; i++) {
    const image = await streetNumber(source, seed, i);
    for (let j = 0; j < SIZE; j++) pixels[i * SIZE + j] = Math.round((image[j]! + 1) * 127.5);
  }
  return { count, pixels, digits };
}

/** Street numbers at the given places, floats −1 … 1. */
export function streetTensor(images: Images, places: ArrayLike<number>): Tensor4D {
  const values = new Float32Array(places.length * SIZE);
  for (let n = 0; n < places.length; n++) {
    const from = places[n]! * SIZE;
    for (let i = 0; i < SIZE; i++) values[n * SIZE + i] = images.pixels[from + i]! / 127.5 - 1;
  }
  return tensor4d(values, [places.length, SIDE, SIDE, CHANNELS]);
}

/** Both domains; no digit is in both. */
export interface Domains {
  /** MNIST, 28×28×1. */
  readonly a: Images;
  /** Street numbers, 32×32×3. */
  readonly b: Images;
}

/** What trains: digits from MNIST's first 30,000, street numbers made of the others. */
export async function trainingDomains(train: Images, count = 30_000): Promise<Domains> {
  const half = train.count / 2;
  return { a: part(train, 0, count), b: await drawStreet(part(train, half, count), 1) };
}

/** What judges: the same of the test images, which nothing was trained on. */
export async function heldOutDomains(test: Images, count: number): Promise<Domains> {
  return { a: part(test, 0, count), b: await drawStreet(part(test, count, count), 2) };
}

/** Batch k of both domains, unpaired: a pure function of (seed, k). */
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
