import {
  add,
  cast,
  greaterEqual,
  less,
  logicalAnd,
  mul,
  range,
  reshape,
  sub,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RandomSource } from '../core/condition_distribution.js';
import { pixels, randomIntegers } from './random_integers.js';

/**
 * Sets a rectangle of each image to zero: rows o − ⌊c/2⌋ … o − ⌊c/2⌋ + c − 1 with c = ⌊ratio · height + ½⌋ and
 * o uniform on 0 … height − (c mod 2), and columns alike. The border cuts the rectangle off.
 *
 * **Differentiable:** to any order. Call it inside a tidy.
 *
 * @param x `[batch, height, width, channels]`.
 */
export function cutOut(x: Tensor, ratio: number, random: RandomSource): Tensor {
  const [batch, height, width] = x.shape as [number, number, number, number];
  const rows = reshape(stretches(batch, height, ratio, random), [batch, height, 1, 1]);
  const columns = reshape(stretches(batch, width, ratio, random), [batch, 1, width, 1]);
  return mul(x, sub(1, mul(rows, columns)));
}

/** Draws a stretch of an axis for each sample, `[batch, 1, size]`: 1 inside, 0 outside. */
function stretches(batch: number, size: number, ratio: number, random: RandomSource): Tensor {
  const length = pixels(size, ratio);
  const half = Math.floor(length / 2);
  const start = randomIntegers(batch, [-half, size - (length % 2) - half], random);
  const i = reshape(range(0, size), [1, 1, size]);
  return cast(logicalAnd(greaterEqual(i, start), less(i, add(start, length))), 'float32');
}
