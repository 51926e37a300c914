import { fail } from '../../internal/check.js';
import { oneOf } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { SchemaRead } from '../../internal/read_options.js';
import { checkMatrix } from './confusion_matrix.js';
import type { ConfusionMatrix } from './confusion_matrix.js';

/** Options of {@link segmentationScores}. */
export interface SegmentationScoresOptions {
  /** Contribution to a mean of a class that does not occur: a 0 (`'zero'`, the default) or none (`'skip'`). */
  absent?: 'zero' | 'skip';
}

/** The result of {@link segmentationScores}; shares between 0 and 1. */
export interface SegmentationScores {
  /** Share of all pixels that are right. */
  readonly pixelAccuracy: number;
  /** Mean over classes of the share of their pixels that are right. */
  readonly classAccuracy: number;
  /** Mean over classes of the intersection over union. */
  readonly meanIoU: number;
  /** Accuracy of each class; for an absent one 0, or NaN with `absent: 'skip'`. */
  readonly accuracies: Float64Array;
  /** Intersection over union of each class; for an absent one 0, or NaN with `absent: 'skip'`. */
  readonly ious: Float64Array;
}

/** The schema of the options of {@link segmentationScores}. */
export const SEGMENTATION_SCORES: SchemaRead<SegmentationScoresOptions> = {
  absent: oneOf(['zero', 'skip'], { default: 'zero' }),
};

/**
 * Computes the scores of label maps, with m the confusion matrix, rₐ the sum of its row a and cₐ of its column a:
 *
 * - per-pixel accuracy: `Σₐ mₐₐ / Σₐ rₐ`
 * - per-class accuracy: `meanₐ mₐₐ / rₐ`
 * - class IoU: `meanₐ mₐₐ / (rₐ + cₐ − mₐₐ)`
 *
 * A class is absent if its denominator is 0: for the accuracy if no pixel has its label, for the IoU if it was
 * not predicted either. The evaluation code of CycleGAN and pix2pix is meant to skip such classes, but adds 1e-12 to the
 * denominator, so that each counts as 0; the default agrees with its tables.
 *
 * @param matrix The result of `confusionMatrix` over all batches; the mean of the scores of single batches is
 *   a different number.
 * @param options `absent`: `'zero'`, the default, or `'skip'`.
 * @returns The three scores, and the last two for each class.
 * @throws GanKitError if the matrix is invalid or has no pixel.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { segmentationScores } from 'gan-kit/metrics';
 *
 * const matrix = { classes: 2, counts: Float64Array.of(6, 2, 1, 1) };
 * const { pixelAccuracy, classAccuracy, meanIoU } = segmentationScores(matrix);
 * console.log(pixelAccuracy, classAccuracy, meanIoU); // → 0.7 0.625 0.458
 * ```
 *
 * @see Long, Shelhamer and Darrell 2014, arXiv 1411.4038, section 5; Isola et al. 2016, arXiv 1611.07004, section 3.2
 */
export function segmentationScores(
  matrix: ConfusionMatrix,
  options: SegmentationScoresOptions = {},
): SegmentationScores {
  const where = 'segmentationScores';
  checkMatrix(where, 'matrix', matrix);
  const { absent } = readOptions(where, options, SEGMENTATION_SCORES);

  const { classes, counts } = matrix;
  const right = new Float64Array(classes);
  const rows = new Float64Array(classes);
  const columns = new Float64Array(classes);
  for (let a = 0; a < classes; a++) {
    right[a] = counts[a * classes + a]!;
    for (let b = 0; b < classes; b++) {
      rows[a]! += counts[a * classes + b]!;
      columns[b]! += counts[a * classes + b]!;
    }
  }
  const all = sum(rows);
  if (!(all > 0)) fail('value', where, 'matrix', 'of at least one pixel', `a sum of ${all}`);

  const share = (part: number, whole: number) =>
    whole === 0 ? (absent === 'zero' ? 0 : NaN) : part / whole;
  const accuracies = right.map((hits, a) => share(hits, rows[a]!));
  const ious = right.map((hits, a) => share(hits, rows[a]! + columns[a]! - hits));
  return {
    pixelAccuracy: sum(right) / all,
    classAccuracy: meanOfPresent(accuracies),
    meanIoU: meanOfPresent(ious),
    accuracies,
    ious,
  };
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

function meanOfPresent(values: Float64Array): number {
  const present = values.filter((value) => !Number.isNaN(value));
  return sum(present) / present.length;
}
