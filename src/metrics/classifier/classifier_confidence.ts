import { number } from '../../internal/option_kinds.js';
import { pace } from '../../internal/pace.js';
import { readOptions } from '../../internal/read_options.js';
import { readRows } from '../rows.js';
import type { Rows } from '../rows.js';
import { logSoftmax } from './log_softmax.js';

/** Options of {@link classifierConfidence}. */
export interface ClassifierConfidenceOptions {
  /** Lowest probability of a confident answer, in [0, 1]; default 0.9. */
  threshold?: number;
}

/** The result of {@link classifierConfidence}. */
export interface ClassifierConfidence {
  /** Share of samples whose confidence is at or above the threshold. */
  readonly share: number;
  /** Mean confidence. */
  readonly mean: number;
}

/**
 * Computes how confident a classifier is of its answers: `c(x) = maxₖ softmax(logits)ₖ`, in float64.
 *
 * @param logits Raw logits [N, classes], float32.
 * @param options `threshold` in [0, 1], default 0.9.
 * @returns The share of samples with c(x) ≥ threshold, and the mean of c(x).
 * @throws GanKitError if `logits` is not a matrix or contains NaN or an infinity, or `threshold` is out
 *   of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { classifierConfidence } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const { share } = await classifierConfidence(tensor2d([[9, 0], [1, 0]]), { threshold: 0.9 });
 * console.log(share); // 0.5
 * ```
 */
export async function classifierConfidence(
  logits: Rows,
  options: ClassifierConfidenceOptions = {},
): Promise<ClassifierConfidence> {
  const where = 'classifierConfidence';
  const { threshold } = readOptions(where, options, {
    threshold: number({ min: 0, max: 1, default: 0.9 }),
  });
  const matrix = await readRows(where, 'logits', logits);
  const turn = pace();
  let confident = 0;
  let total = 0;
  for (let row = 0; row < matrix.rows; row++) {
    const confidence = Math.exp(logSoftmax(matrix, row).reduce((a, b) => Math.max(a, b)));
    if (confidence >= threshold) confident++;
    total += confidence;
    await turn();
  }
  return { share: confident / matrix.rows, mean: total / matrix.rows };
}
