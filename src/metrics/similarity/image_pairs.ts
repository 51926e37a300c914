import { checkOptions, fail, isTensor } from '../../internal/check.js';
import { number } from '../../internal/option_kinds.js';
import type { Option } from '../../internal/read_options.js';
import { readRows } from '../rows.js';
import type { Rows } from '../rows.js';

/** True images and the predictions of them. */
export interface ImagePairs {
  /** True images, [N, height, width, channels], float32. */
  readonly target: Rows;
  /** Predicted images, one for each true one, of the same shape. */
  readonly prediction: Rows;
}

/** The score of each pair, and their mean. */
export interface ImageScores {
  readonly mean: number;
  /** Scores, one for each pair, in their order. */
  readonly values: Float64Array;
}

/** The pairs on the host. */
interface Pairs {
  readonly target: Float32Array | Float64Array;
  readonly prediction: Float32Array | Float64Array;
  readonly shape: readonly [number, number, number, number];
}

/** Reads pairs back; refuses those that do not fit. */
export async function readImagePairs(where: string, pairs: ImagePairs): Promise<Pairs> {
  checkOptions(where, pairs, ['target', 'prediction'], 'pairs');
  const { target, prediction } = pairs;
  const [a, b] = [
    await readRows(where, 'target', target, { flatten: true }),
    await readRows(where, 'prediction', prediction, { flatten: true }),
  ];
  const shape = target.shape;
  if (shape.length !== 4)
    fail('shape', where, 'target', '[N, height, width, channels]', shownShape(target));
  if (shape.some((size, axis) => size !== prediction.shape[axis]))
    fail('shape', where, 'prediction', `of shape [${shape.join(',')}]`, shownShape(prediction));
  return { target: a.data, prediction: b.data, shape: shape as Pairs['shape'] };
}

const shownShape = (images: Rows): unknown => (isTensor(images) ? images : images.shape);

/** Reads L, the span of the possible values. */
export const rangeOption = (): Option<number> => number({ above: 0, default: 2 });

/** Refuses an L below the span of the true images. */
export function checkRange(where: string, range: number, target: Pairs['target']): void {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const value of target) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  if (highest - lowest > range * (1 + 1e-6))
    fail(
      'value',
      where,
      'range',
      `at least the span of \`target\`, ${highest - lowest}`,
      range,
      'It is 2 for images in [−1, 1], 1 for [0, 1] and 255 for bytes.',
    );
}

/** Returns values with their mean. */
export const scoresOf = (values: Float64Array): ImageScores => ({
  mean: values.reduce((total, value) => total + value, 0) / values.length,
  values,
});
