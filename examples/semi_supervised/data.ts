import { tensor2d } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { shuffledBatch } from 'gan-kit/training';
import type { Images } from '../mnist/data.js';
import { CLASSES, PIXELS } from './networks.js';

/** Makes a batch of the images at the given places, one row for each; bytes 0 … 255 become floats 0 … 1. */
export function pixelRows(images: Images, places: ArrayLike<number>): Tensor2D {
  const values = new Float32Array(places.length * PIXELS);
  for (let n = 0; n < places.length; n++) {
    const from = places[n]! * PIXELS;
    for (let i = 0; i < PIXELS; i++) values[n * PIXELS + i] = images.pixels[from + i]! / 255;
  }
  return tensor2d(values, [places.length, PIXELS]);
}

/** Makes the labels of images, a row `[classes]` with a one for each. */
export function labelRows({ digits }: Images, places: ArrayLike<number>): Tensor2D {
  const values = new Float32Array(places.length * CLASSES);
  Array.from(places, (place, n) => (values[n * CLASSES + digits[place]!] = 1));
  return tensor2d(values, [places.length, CLASSES]);
}

/** Chooses the images that have a label: the first so many of each class in an order that follows from the seed. */
export function labelledPlaces(images: Images, perClass: number, seed: number): number[] {
  const { count } = images;
  const order = shuffledBatch({ count, batchSize: count, seed: seed + 1000, index: 0 });
  const chosen = Array.from({ length: CLASSES }, (): number[] => []);
  for (const place of order) {
    const ofClass = chosen[images.digits[place]!]!;
    if (ofClass.length < perClass) ofClass.push(place);
  }
  return chosen.flat();
}
