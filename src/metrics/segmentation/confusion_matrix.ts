import { isFloat64Array } from '../../internal/brands.js';
import { checkNumber, checkOptions, fail } from '../../internal/check.js';
import { custom, integer } from '../../internal/option_kinds.js';
import { pace } from '../../internal/pace.js';
import { optional, readOptions } from '../../internal/read_options.js';
import type { Option } from '../../internal/read_options.js';
import { checkClassMap, readClassMap, sizeOfMap } from '../class_map.js';
import type { ClassMap } from '../class_map.js';

/** How often each class was taken for each. */
export interface ConfusionMatrix {
  /** How many classes there are, n. */
  readonly classes: number;
  /** n · n counts; that of label a and prediction b stands at a · n + b. */
  readonly counts: Float64Array;
}

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions {
  /** The truth. */
  labels: ClassMap;
  /** What was predicted, one for each label. */
  predictions: ClassMap;
  /** How many classes there are; they are numbered from 0. */
  classes: number;
  /** The one label that is not counted; by default all are passed over that are no class. */
  ignore?: number;
  /** The matrix of earlier batches, which stays as it is. */
  previous?: ConfusionMatrix;
}

/** Most classes for which the matrix is held: 128 MiB. */
const MOST_CLASSES = 4096;
const STRIDE = 65536;

/** How {@link confusionMatrix} reads its options. */
export const CONFUSION_MATRIX: {
  readonly classes: Option<number>;
  readonly ignore: Option<number | undefined>;
  readonly labels: Option<ClassMap>;
  readonly predictions: Option<ClassMap>;
  readonly previous: Option<ConfusionMatrix | undefined>;
} = {
  labels: custom<ClassMap>(checkClassMap),
  predictions: custom<ClassMap>(checkClassMap),
  classes: integer({ min: 1, max: MOST_CLASSES }),
  ignore: optional(integer()),
  previous: optional(custom<ConfusionMatrix>(checkMatrix)),
};

/**
 * Counts predictions by label: `mₐ_b = #{i : labelᵢ = a, predictionᵢ = b}`.
 *
 * Pixels whose label is no class are not counted, whatever was predicted there; with `ignore` that
 * label alone, and any other that is no class is an error. Batch after batch, hand on the matrix as
 * `previous`.
 *
 * @param options `labels` and `predictions` of equal size, `classes` from 1 to 4096; see
 *   {@link ConfusionMatrixOptions}.
 * @returns A new matrix, with the counts of `previous` in it.
 * @throws GanKitError if sizes differ, or a counted label or its prediction is no class.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { confusionMatrix } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const labels = tensor2d([[0, 1], [1, 255]], [2, 2], 'int32'); // 255: no label
 * const predictions = tensor2d([[0, 1], [0, 1]], [2, 2], 'int32');
 * const { counts } = await confusionMatrix({ labels, predictions, classes: 2 });
 * console.log(counts); // → Float64Array(4) [ 1, 0, 1, 1 ]
 * ```
 */
export async function confusionMatrix(options: ConfusionMatrixOptions): Promise<ConfusionMatrix> {
  const where = 'confusionMatrix';
  const read = readOptions(where, options, CONFUSION_MATRIX);
  const { classes, ignore, previous } = read;
  if (previous !== undefined && previous.classes !== classes)
    fail('value', where, 'previous.classes', `${classes}, as here`, previous.classes);
  const [size, others] = [sizeOfMap(read.labels), sizeOfMap(read.predictions)];
  if (others !== size)
    fail('shape', where, 'predictions', `one for each of ${size} labels`, others);

  const labels = await readClassMap(read.labels);
  const predictions = await readClassMap(read.predictions);
  const counts = previous?.counts.slice() ?? new Float64Array(classes * classes);
  const isClass = (value: number) => value >= 0 && value < classes;
  const turn = pace();
  for (let i = 0; i < labels.length; i++) {
    if (i % STRIDE === 0) await turn();
    const label = labels[i]!;
    if (ignore === undefined ? !isClass(label) : label === ignore) continue;
    if (!isClass(label))
      fail('value', where, 'labels', `classes below ${classes}`, `${label} at ${i}`);
    const prediction = predictions[i]!;
    if (!isClass(prediction))
      fail('value', where, 'predictions', `classes below ${classes}`, `${prediction} at ${i}`);
    counts[label * classes + prediction]!++;
  }
  return { classes, counts };
}

/** Checks the parts of a matrix and that they belong together. */
export function checkMatrix(
  where: string,
  parameter: string,
  value: unknown,
): asserts value is ConfusionMatrix {
  checkOptions(where, value, ['classes', 'counts'], parameter);
  const matrix = value as Partial<ConfusionMatrix>;
  checkNumber(where, `${parameter}.classes`, matrix.classes, { integer: true, min: 1 });
  if (!isFloat64Array(matrix.counts))
    fail('type', where, `${parameter}.counts`, 'a Float64Array', matrix.counts);
  const size = matrix.classes ** 2;
  if (matrix.counts.length !== size)
    fail('shape', where, `${parameter}.counts`, `of ${size} counts`, matrix.counts.length);
}
