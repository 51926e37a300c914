import { fail } from '../../internal/check.js';
import { integer, number } from '../../internal/option_kinds.js';
import { pace } from '../../internal/pace.js';
import { readOptions } from '../../internal/read_options.js';
import { checkRange, rangeOption, readImagePairs, scoresOf } from './image_pairs.js';
import type { ImagePairs, ImageScores } from './image_pairs.js';

/** Options of {@link structuralSimilarity}. */
export interface StructuralSimilarityOptions {
  /** L, the span from the lowest possible value to the highest, above 0; default 2, that of [−1, 1]. */
  range?: number;
  /** Width of the window in pixels, odd; default 11. */
  windowSize?: number;
  /** Standard deviation of the window's Gaussian in pixels, above 0; default 1.5. */
  sigma?: number;
  /** K₁, 0 or more; default 0.01. */
  k1?: number;
  /** K₂, 0 or more; default 0.03. */
  k2?: number;
}

/**
 * Computes the structural similarity of images: how well brightness, contrast and pattern agree at each place.
 *
 * `SSIM = (2μₓμ_y + C₁)(2σ_xy + C₂) / ((μₓ² + μ_y² + C₁)(σₓ² + σ_y² + C₂))`, with C₁ = (K₁L)² and
 * C₂ = (K₂L)². Means, variances and the covariance are weighted by a Gaussian window whose weights sum to 1.
 * The value of an image is the mean over all places where the window is inside the image, and over the channels,
 * in float64. It is in [−1, 1], and 1 for equal images.
 *
 * scikit-image gives this number with `gaussian_weights=True, use_sample_covariance=False`;
 * torchmetrics mirrors the border before it filters, and so counts every pixel.
 *
 * @param pairs `target` and `prediction`, [N, height, width, channels], float32. They stay alive.
 * @param options `range` 2, `windowSize` 11, `sigma` 1.5, `k1` 0.01, `k2` 0.03 by default.
 * @returns The similarity of each pair, and their mean.
 * @throws GanKitError if shapes differ, a value is NaN or infinite, `target` spans more than `range`,
 *   or an image is smaller than the window.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { linspace, mul, reshape } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { structuralSimilarity } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const target = reshape(linspace(-1, 1, 256), [1, 16, 16, 1]);
 * const { mean } = await structuralSimilarity({ target, prediction: mul(target, 0.5) });
 * console.log(mean); // → 0.66
 * ```
 *
 * @see Wang, Bovik, Sheikh and Simoncelli 2004, "Image quality assessment", equation 13
 */
export async function structuralSimilarity(
  pairs: ImagePairs,
  options: StructuralSimilarityOptions = {},
): Promise<ImageScores> {
  const where = 'structuralSimilarity';
  const { range, windowSize, sigma, k1, k2 } = readOptions(where, options, {
    range: rangeOption(),
    windowSize: integer({ min: 1, default: 11 }),
    sigma: number({ above: 0, default: 1.5 }),
    k1: number({ min: 0, default: 0.01 }),
    k2: number({ min: 0, default: 0.03 }),
  });
  if (windowSize % 2 === 0) fail('value', where, 'windowSize', 'odd', windowSize);
  const { target, prediction, shape } = await readImagePairs(where, pairs);
  checkRange(where, range, target);
  const [count, height, width, channels] = shape;
  if (Math.min(height, width) < windowSize)
    fail('shape', where, 'target', `of at least ${windowSize} pixels each way, the window`, shape);

  const window = gaussian(windowSize, sigma);
  const constants = [(k1 * range) ** 2, (k2 * range) ** 2] as const;
  const values = new Float64Array(count);
  const turn = pace();
  const plane = (data: ArrayLike<number>, n: number, c: number): Plane => ({
    values: Float64Array.from(
      { length: height * width },
      (_, i) => data[(n * height * width + i) * channels + c]!,
    ),
    width,
  });
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++) {
      const similarity = ofPlanes(plane(target, n, c), plane(prediction, n, c), window, constants);
      values[n]! += similarity / channels;
      await turn();
    }
  return scoresOf(values);
}

/** One channel of an image. */
interface Plane {
  readonly values: Float64Array;
  readonly width: number;
}

/** Computes the mean of SSIM over the places where the window fits. */
function ofPlanes(
  x: Plane,
  y: Plane,
  window: Float64Array,
  [c1, c2]: readonly [number, number],
): number {
  const product = (a: Plane, b: Plane): Plane => ({
    values: a.values.map((value, i) => value * b.values[i]!),
    width: a.width,
  });
  const [meanX, meanY, xx, yy, xy] = [x, y, product(x, x), product(y, y), product(x, y)].map(
    (image) => filter(image, window),
  );
  let total = 0;
  for (let i = 0; i < meanX!.length; i++) {
    const [mx, my] = [meanX![i]!, meanY![i]!];
    // rounding must not make the variance of a flat patch negative
    const varianceX = Math.max(xx![i]! - mx * mx, 0);
    const varianceY = Math.max(yy![i]! - my * my, 0);
    const covariance = xy![i]! - mx * my;
    const similar = (2 * mx * my + c1) * (2 * covariance + c2);
    const most = (mx * mx + my * my + c1) * (varianceX + varianceY + c2);
    total += most === 0 ? 1 : similar / most; // without constants, 0/0 if both means or both variances are 0
  }
  return total / meanX!.length;
}

/** Filters rows, then columns: the weights of the square window are products of those of `window`. */
function filter({ values, width }: Plane, window: Float64Array): Float64Array {
  const height = values.length / width;
  const across = width - window.length + 1;
  const down = height - window.length + 1;
  const rows = new Float64Array(height * across);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < across; j++)
      for (let k = 0; k < window.length; k++)
        rows[i * across + j]! += window[k]! * values[i * width + j + k]!;
  const result = new Float64Array(down * across);
  for (let i = 0; i < down; i++)
    for (let k = 0; k < window.length; k++)
      for (let j = 0; j < across; j++)
        result[i * across + j]! += window[k]! * rows[(i + k) * across + j]!;
  return result;
}

/** Computes the weights of a Gaussian around the middle of the window, with sum 1. */
function gaussian(size: number, sigma: number): Float64Array {
  const weights = Float64Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * sigma * sigma)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
