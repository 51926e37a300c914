import { add, mean, mul, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RandomSource } from '../core/condition_distribution.js';

/** How far the colors of an image may move. */
export interface ColorRange {
  readonly brightness: number;
  readonly saturation: number;
  readonly contrast: number;
}

/**
 * Computes, for each image by itself, with a number of its own at each line:
 *
 * ```
 * x ← x + β                  β ~ U(−brightness, brightness)
 * x ← m + (x − m) s          s ~ U(1 − saturation, 1 + saturation), m the mean of the channels of each pixel
 * x ← m + (x − m) k          k ~ U(1 − contrast, 1 + contrast), m the mean of the whole image
 * ```
 *
 * **Differentiable:** to any order. Call it inside a tidy.
 *
 * @param x `[batch, height, width, channels]`.
 */
export function changeColor(
  x: Tensor,
  { brightness, saturation, contrast }: ColorRange,
  random: RandomSource,
): Tensor {
  const around = (centre: number, reach: number) =>
    random.uniform([x.shape[0], 1, 1, 1], centre - reach, centre + reach);
  const shifted = add(x, around(0, brightness));
  const saturated = fromMean(shifted, [3], around(1, saturation));
  return fromMean(saturated, [1, 2, 3], around(1, contrast));
}

/** Computes m + (x − m) k, with the mean m over some axes. */
function fromMean(x: Tensor, axes: number[], k: Tensor): Tensor {
  const m = mean(x, axes, true);
  return add(mul(sub(x, m), k), m);
}
