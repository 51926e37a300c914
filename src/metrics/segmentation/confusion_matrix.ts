import { isFloat64Array } from '../../internal/brands.js';
import { checkNumber, checkOptions, fail } from '../../internal/check.js';
import { custom, integer } from '../../internal/option_kinds.js';
import { pace } from '../../internal/pace.js';
import { optional, readOptions } from '../../internal/read_options.js';
import type { Option } from '../../internal/read_options.js';
import { checkClassMap, readClassMap, sizeOfMap } from '../class_map.js';
import type { ClassMap } from '../class_map.js';

/** The counts of predicted classes by true class. */
export interface ConfusionMatrix {
  /** Number of classes, n. */
  readonly classes: number;
  /** Counts, n · n of them; that of label a and prediction b is at a · n + b. */
  readonly counts: Float64Array;
}

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions {
  /** True classes. */
  labels: ClassMap;
  /** Predicted classes, one for each label. */
  predictions: ClassMap;
  /** Number of classes, from 1 to 4096; they are numbered from 0. */
  classes: number;
  /** The only label that is not counted; by default, all labels that are not classes are left out. */
  ignore?: number;
  /** Matrix of earlier batches; it stays unchanged. */
  previous?: ConfusionMatrix;
}

/** The most classes of a matrix, which then takes 128 MiB. */
const MOST_CLASSES = 4096;
const STRIDE = 65536;

/** The schema of the options of {@link confusionMatrix}. */
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
 * Pixels whose label is not a class are not counted, whatever was predicted there. With `ignore`, only that
 * label is not counted, and any other that is not a class is an error. To count several batches, pass the matrix
 * of the earlier ones as `previous`.
 *
 * @param options `labels` and `predictions` of equal size, `classes` from 1 to 4096; see
 *   {@link ConfusionMatrixOptions}.
 * @returns A new matrix, which includes the counts of `previous`.
 * @throws GanKitError if sizes differ, or a counted label or its prediction is not a class; if an option is
 *   out of range.
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

/** Refuses a matrix whose parts are invalid or do not fit each other. */
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
