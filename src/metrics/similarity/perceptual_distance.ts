import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { checkTensor, fail } from '../../internal/check.js';
import { freedIfThrown } from '../../internal/freed_if_thrown.js';
import { callback, given, number } from '../../internal/option_kinds.js';
import { pace } from '../../internal/pace.js';
import { readOptions } from '../../internal/read_options.js';
import { readRows } from '../rows.js';
import type { RowMatrix } from '../rows.js';
import { readImagePairs, scoresOf } from './image_pairs.js';
import type { ImageScores } from './image_pairs.js';

/** True images and the predictions of them, as tensors. */
export interface TensorPairs {
  /** True images, [N, height, width, channels], float32. */
  readonly target: Tensor4D;
  /** Predicted images, one for each true one, of the same shape. */
  readonly prediction: Tensor4D;
}

/** Options of {@link perceptualDistance}. */
export interface PerceptualDistanceOptions {
  /**
   * Computes a network's features of images, one tensor [N, hₗ, wₗ, cₗ] for each compared layer l. The
   * tensors are disposed of after use.
   */
  extractor: (images: Tensor4D) => readonly Tensor[] | Promise<readonly Tensor[]>;
  /** Weights w of each layer, cₗ values, 0 or more; default: 1 everywhere. */
  weights?: readonly (readonly number[] | Float32Array)[];
  /** ε, added to the length of each feature vector, 0 or more; default 1e-10. */
  epsilon?: number;
}

/**
 * Computes a distance between the features that a network has of two images, as in LPIPS.
 *
 * `d(x, y) = Σₗ meanᵢⱼ Σ_c wₗ_c (x̂ₗᵢⱼ_c − ŷₗᵢⱼ_c)²`, where `x̂ = x / (‖x‖₂ + ε)` is the feature vector
 * of a place, scaled to length 1 over its channels. The sums are computed in float64.
 *
 * It is LPIPS only with the layers and the learned weights of LPIPS, which belong to one network. With all
 * weights 1 it is the baseline of the authors without learning. With any other extractor it is a distance
 * of that network, and comparable only with distances of the same network.
 *
 * @param pairs `target` and `prediction`, [N, height, width, channels], float32. They stay alive.
 * @param options `extractor`; `weights`, default 1; `epsilon`, default 1e-10.
 * @returns The distance of each pair, and their mean.
 * @throws GanKitError if shapes differ, features are not tensors of rank 4, or weights do not fit them.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { avgPool, tensor4d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { perceptualDistance } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const target = tensor4d([3, 4], [1, 1, 1, 2]);
 * const prediction = tensor4d([1, 0], [1, 1, 1, 2]);
 * const extractor = (x: typeof target) => [avgPool(x, 1, 1, 'valid')];
 * const { mean } = await perceptualDistance({ target, prediction }, { extractor });
 * console.log(mean); // → 0.8
 * ```
 *
 * @see Zhang, Isola, Efros, Shechtman and Wang 2018, arXiv 1801.03924, equation 1
 */
export async function perceptualDistance(
  pairs: TensorPairs,
  options: PerceptualDistanceOptions,
): Promise<ImageScores> {
  const where = 'perceptualDistance';
  const { extractor, weights, epsilon } = readOptions(where, options, {
    extractor: callback<PerceptualDistanceOptions['extractor']>(),
    weights: given<PerceptualDistanceOptions['weights']>(),
    epsilon: number({ min: 0, default: 1e-10 }),
  });
  checkTensor(where, 'target', pairs?.target, { rank: 4 });
  checkTensor(where, 'prediction', pairs.prediction, { rank: 4 });
  const { shape } = await readImagePairs(where, pairs);

  const target = await featuresOf(pairs.target);
  const prediction = await featuresOf(pairs.prediction);
  if (weights !== undefined && weights.length !== target.length)
    fail('shape', where, 'weights', `one list for each of ${target.length} layers`, weights.length);
  const values = new Float64Array(shape[0]);
  const turn = pace();
  for (const [l, { matrix: x, places }] of target.entries()) {
    const y = prediction[l]!.matrix;
    const w = layerWeights(l, x.columns);
    for (let row = 0; row < x.rows; row++) {
      values[Math.floor(row / places)]! += weightedSquare(x, y, row, w, epsilon) / places;
      await turn();
    }
  }
  return scoresOf(values);

  async function featuresOf(images: Tensor4D): Promise<Features[]> {
    const features = await freedIfThrown(() => extractor(images));
    if (!Array.isArray(features) || features.length === 0)
      fail('type', where, 'extractor', 'a function that returns an array of tensors', features);
    try {
      const read: Features[] = [];
      for (const feature of features as readonly Tensor[]) {
        checkTensor(where, 'extractor', feature, { shape: [shape[0], null, null, null] });
        const [, height, width, channels] = feature.shape as [number, number, number, number];
        const host = { data: (await feature.data()) as Float32Array };
        const matrix = await readRows(where, 'extractor', {
          ...host,
          shape: [shape[0] * height * width, channels],
        });
        read.push({ matrix, places: height * width });
      }
      return read;
    } finally {
      dispose((features as Tensor[]).filter((feature) => feature !== images));
    }
  }

  function layerWeights(l: number, channels: number): ArrayLike<number> {
    const given = weights?.[l];
    if (given === undefined) return new Float64Array(channels).fill(1);
    const fits = given.length === channels && [...given].every((w) => Number.isFinite(w) && w >= 0);
    if (!fits)
      fail('value', where, `weights[${l}]`, `${channels} finite numbers from 0 on`, [...given]);
    return given;
  }
}

/** The features of a layer: one row for each place of each image. */
interface Features {
  readonly matrix: RowMatrix;
  readonly places: number;
}

/** Computes Σ_c w_c (x̂_c − ŷ_c)² of one place. */
function weightedSquare(
  x: RowMatrix,
  y: RowMatrix,
  row: number,
  weights: ArrayLike<number>,
  epsilon: number,
): number {
  const { columns } = x;
  const length = ({ data }: RowMatrix) => {
    let square = 0;
    for (let c = 0; c < columns; c++) square += data[row * columns + c]! ** 2;
    return Math.sqrt(square) + epsilon || 1; // without ε, a vector of zeros stays one
  };
  const [lengthX, lengthY] = [length(x), length(y)];
  let total = 0;
  for (let c = 0; c < columns; c++) {
    const at = row * columns + c;
    total += weights[c]! * (x.data[at]! / lengthX - y.data[at]! / lengthY) ** 2;
  }
  return total;
}
