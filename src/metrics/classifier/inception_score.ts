import { fail } from '../../internal/check.js';
import { integer, oneOf } from '../../internal/option_kinds.js';
import { pace } from '../../internal/pace.js';
import { optional, readOptions } from '../../internal/read_options.js';
import { readRows } from '../rows.js';
import type { RowMatrix, Rows } from '../rows.js';
import { checkDdof, ddofOption, spread } from '../spread.js';
import { logSoftmax } from './log_softmax.js';
import { sampleOrder } from './sample_order.js';

/** Options of {@link inceptionScore}. */
export interface InceptionScoreOptions {
  /** Kind of values in `x`; default `'logits'`. */
  from?: 'logits' | 'probabilities';
  /** Number of groups that are scored, an integer from 1 to the number of samples; default 10. */
  splits?: number;
  /** Number subtracted from the number of splits in the standard deviation, 0 (default) or 1. */
  ddof?: 0 | 1;
  /** Seed of a shuffle of the samples before the split, any integer from 0 on; without it there is no shuffle. */
  seed?: number;
  /** Order of the samples, in place of `seed`: each of 0 … N − 1 once. */
  permutation?: Int32Array;
}

/** The mean and the deviation of a score over splits. */
export interface SplitScore {
  /** Mean over the splits. */
  readonly mean: number;
  /** Standard deviation over the splits; the sum of squares is divided by their number minus `ddof`. */
  readonly std: number;
}

/** The largest distance from 1 of a row's sum that float32 rounding explains. */
const SUM_TOLERANCE = 1e-3;

/**
 * Computes the Inception score: how confident a classifier is of each sample, and how varied its answers are.
 *
 * `IS = exp( mean over x of KL(p(y|x) ‖ p(y)) )`, where p(y) is the mean of p(y|x). It lies between
 * 1 and the number of classes. Split i of s contains the samples ⌊i·N/s⌋ … ⌊(i+1)·N/s⌋ − 1 in the given
 * order, or in that of `seed` or `permutation`. Each split has its own p(y); mean and deviation are taken
 * over the splits. The log-softmax of logits is computed in float64. No ε is added anywhere: a class of
 * probability 0 adds 0.
 *
 * It is the Inception Score only with the Inception-v3 network of 2015 as classifier, whose logits
 * `inceptionFeatures` computes. From any other network it is a *classifier score*, as `scoreNames` calls it,
 * and comparable only with scores from the same network. It grows with the number of samples in a split, so
 * report that number, too.
 *
 * @param x The classifier's output, [N, classes], float32; N at least `splits`.
 * @param options `from`: `'logits'` (default) or `'probabilities'`. `splits`: default 10. `ddof`:
 *   default 0; 1 needs two splits. `seed` or `permutation`: by default the given order is kept.
 * @returns Mean and standard deviation over the splits.
 * @throws GanKitError if `x` is not a matrix, contains NaN or an infinity, or its rows are not probabilities
 *   with `from: 'probabilities'`; if an option is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { inceptionScore } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const logits = tensor2d([[9, 0, 0], [0, 9, 0], [0, 0, 9]]);
 * const { mean } = await inceptionScore(logits, { splits: 1 });
 * console.log(mean.toFixed(2)); // 2.99
 * ```
 *
 * @see Salimans et al. 2016, arXiv 1606.03498, section 4
 */
export async function inceptionScore(
  x: Rows,
  options: InceptionScoreOptions = {},
): Promise<SplitScore> {
  const where = 'inceptionScore';
  const { from, splits, ddof, ...order } = readOptions(where, options, {
    from: oneOf(['logits', 'probabilities'], { default: 'logits' }),
    splits: integer({ min: 1, default: 10 }),
    ddof: ddofOption(),
    seed: optional(integer({ min: 0 })),
    permutation: (_where, _parameter, value) => value as Int32Array | undefined, // checked by sampleOrder
  });
  checkDdof(where, ddof, 'splits', splits);
  const matrix = await readRows(where, 'x', x);
  if (splits > matrix.rows)
    fail('value', where, 'splits', `at most the number of samples, ${matrix.rows}`, splits);
  const samples = sampleOrder(where, matrix.rows, order);
  const logProbabilities = from === 'logits' ? logSoftmax : logOfProbabilities;

  const scores: number[] = [];
  for (let i = 0; i < splits; i++) {
    const start = Math.floor((i * matrix.rows) / splits);
    const end = Math.floor(((i + 1) * matrix.rows) / splits);
    scores.push(await scoreSplit(matrix, samples.subarray(start, end), logProbabilities));
  }
  return spread(scores, ddof);
}

/** Computes exp(mean Σ p log p − Σ q log q), with q the mean of p; the exponent equals the mean of KL(p ‖ q). */
async function scoreSplit(
  matrix: RowMatrix,
  samples: Int32Array,
  logProbabilities: (matrix: RowMatrix, row: number) => Float64Array,
): Promise<number> {
  const turn = pace();
  const marginal = new Float64Array(matrix.columns);
  let negativeEntropy = 0;
  for (const row of samples) {
    logProbabilities(matrix, row).forEach((logP, k) => {
      const p = Math.exp(logP);
      marginal[k]! += p / samples.length;
      if (p > 0) negativeEntropy += (p * logP) / samples.length;
    });
    await turn();
  }
  const marginalNegativeEntropy = marginal.reduce((h, q) => (q > 0 ? h + q * Math.log(q) : h), 0);
  return Math.exp(negativeEntropy - marginalNegativeEntropy);
}

function logOfProbabilities({ data, columns }: RowMatrix, row: number): Float64Array {
  const p = Float64Array.from(data.subarray(row * columns, (row + 1) * columns));
  const total = p.reduce((a, b) => a + b, 0);
  if (p.some((value) => value < 0) || Math.abs(total - 1) > SUM_TOLERANCE)
    fail(
      'value',
      'inceptionScore',
      'x',
      'non-negative rows that sum to 1',
      `row ${row} of sum ${total} and minimum ${p.reduce((a, b) => Math.min(a, b))}`,
      "For raw logits pass { from: 'logits' }.",
    );
  return p.map(Math.log);
}
