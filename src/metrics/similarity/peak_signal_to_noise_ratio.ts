import { pace } from '../../internal/pace.js';
import { readOptions } from '../../internal/read_options.js';
import { checkRange, rangeOption, readImagePairs, scoresOf } from './image_pairs.js';
import type { ImagePairs, ImageScores } from './image_pairs.js';

/** Options of {@link peakSignalToNoiseRatio}. */
export interface PeakSignalToNoiseRatioOptions {
  /** L, the span from the lowest possible value to the highest, above 0; default 2, that of [−1, 1]. */
  range?: number;
}

/**
 * Computes the peak signal-to-noise ratio of images, in decibels: `PSNR = 10 log₁₀(L² / MSE)`.
 *
 * MSE is the mean of `(prediction − target)²` over all pixels and channels of one image, in float64.
 * The ratio of an exact copy is infinite, and then the mean is, too. The mean is that of the decibels of the
 * images. torchmetrics takes the MSE over all images together unless `dim` is set, which gives a lower number.
 *
 * @param pairs `target` and `prediction`, [N, height, width, channels], float32. They stay alive.
 * @param options `range`, default 2.
 * @returns The ratio of each pair, and their mean.
 * @throws GanKitError if shapes differ, a value is NaN or infinite, or `target` spans more than `range`.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { peakSignalToNoiseRatio } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const target = tensor4d([0, 1, 1, 0], [1, 2, 2, 1]);
 * const prediction = tensor4d([0, 1, 1, 0.2], [1, 2, 2, 1]);
 * const { mean } = await peakSignalToNoiseRatio({ target, prediction }, { range: 1 });
 * console.log(mean); // → 20.0
 * ```
 *
 * @see Wang, Bovik, Sheikh and Simoncelli 2004, "Image quality assessment", section I
 */
export async function peakSignalToNoiseRatio(
  pairs: ImagePairs,
  options: PeakSignalToNoiseRatioOptions = {},
): Promise<ImageScores> {
  const where = 'peakSignalToNoiseRatio';
  const { range } = readOptions(where, options, { range: rangeOption() });
  const { target, prediction, shape } = await readImagePairs(where, pairs);
  checkRange(where, range, target);

  const turn = pace();
  const size = target.length / shape[0];
  const values = new Float64Array(shape[0]);
  for (let n = 0; n < shape[0]; n++) {
    let squares = 0;
    for (let i = n * size; i < (n + 1) * size; i++) squares += (prediction[i]! - target[i]!) ** 2;
    values[n] = 10 * Math.log10((range * range) / (squares / size));
    await turn();
  }
  return scoresOf(values);
}
