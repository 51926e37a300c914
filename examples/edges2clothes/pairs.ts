import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { shuffledBatch } from 'gan-kit/training';
import { cannyEdges } from './canny.js';
import { STORED } from './fashion.js';
import type { Clothes } from './fashion.js';

/** The side of a picture in pixels: 28 and margins of two, so that a U-Net can halve it five times. */
export const SIDE = 32;
const MARGIN = (SIDE - STORED) / 2;

/** Options of the edge detection, with which outlines are closed, and seams and folds are drawn but little fabric. */
const CANNY = { sigma: 0.7, high: 0.08, low: 0.04 };

/** A drawing and its photo, `32²` values in [−1, 1] each, row by row. */
export interface Pair {
  /** The drawing: −1 on a line and 1 elsewhere, as in the drawings of pix2pix. */
  readonly edges: Float32Array;
  readonly photo: Float32Array;
}

/**
 * Returns photo `place` of a half, from black 0 to white 1, with a white margin.
 *
 * Fashion-MNIST's pictures are negatives of a shop's photos (arXiv 1708.07747, section 2). They are inverted
 * here, so that both a garment and its drawing have a white background.
 */
function greyAt({ pixels }: Clothes, place: number): Float32Array {
  const grey = new Float32Array(SIDE * SIDE).fill(1);
  for (let row = 0; row < STORED; row++)
    for (let column = 0; column < STORED; column++)
      grey[(row + MARGIN) * SIDE + column + MARGIN] =
        1 - pixels[(place * STORED + row) * STORED + column]! / 255;
  return grey;
}

const photoOf = (grey: Float32Array) => grey.map((value) => 2 * value - 1);

/** Returns pair `place` of a half, a pure function of both. */
export function pairAt(clothes: Clothes, place: number): Pair {
  const grey = greyAt(clothes, place);
  const edges = Float32Array.from(cannyEdges(grey, SIDE, CANNY), (line) => 1 - 2 * line);
  return { edges, photo: photoOf(grey) };
}

/** A batch for a step of pix2pix: edges `a` and photos `b`, each `[n, 32, 32, 1]`. */
export interface PairBatch {
  readonly a: Tensor4D;
  readonly b: Tensor4D;
}

/** Makes a batch of the pairs at the given places; the caller owns both tensors. */
export function pairBatch(clothes: Clothes, places: ArrayLike<number>): PairBatch {
  const pairs = Array.from(places, (place) => pairAt(clothes, place));
  return { a: stack(pairs.map(({ edges }) => edges)), b: stack(pairs.map(({ photo }) => photo)) };
}

/** Makes a batch of the photos at the given places, without drawings; the caller owns it. */
export const photoBatch = (clothes: Clothes, places: ArrayLike<number>): Tensor4D =>
  stack(Array.from(places, (place) => photoOf(greyAt(clothes, place))));

function stack(images: readonly Float32Array[]): Tensor4D {
  const values = new Float32Array(images.length * SIDE * SIDE);
  images.forEach((image, n) => values.set(image, n * SIDE * SIDE));
  return tensor4d(values, [images.length, SIDE, SIDE, 1]);
}

/** Returns batch k of the shuffled epochs of a seed: a pure function of (seed, k). */
export const trainingBatch = (clothes: Clothes, batchSize: number, seed: number, k: number) =>
  pairBatch(clothes, shuffledBatch({ count: clothes.count, batchSize, seed, index: k }));

/** Returns the places first, first + 1, … of `count` pairs. */
export const range = (first: number, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => first + i);
