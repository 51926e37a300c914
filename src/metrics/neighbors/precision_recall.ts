import { integer, oneOf } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { checkNeighbors, readFeatureSets } from '../feature_sets.js';
import type { FeatureSets } from '../feature_sets.js';
import { ballsOf, mutualMemberships, shareOfSome } from './neighborhoods.js';

/** Options of {@link precisionRecall}. */
export interface PrecisionRecallOptions {
  /** Number of neighbours k: a ball reaches to the k-th nearest other sample of its set; 1 or more, default 3. */
  neighbors?: number;
  /** Whether a sample exactly at the radius is inside (`'<='`, the default) or outside (`'<'`). */
  inside?: '<=' | '<';
  /** Number of rows of each set in one product, an integer from 1 on; default 256. */
  batchSize?: number;
}

/** The result of {@link precisionRecall}; shares between 0 and 1. */
export interface PrecisionRecall {
  /** Share of fake samples in the ball of some real sample. */
  readonly precision: number;
  /** Share of real samples in the ball of some fake sample. */
  readonly recall: number;
  /** Harmonic mean 2 · precision · recall / (precision + recall); 0 if both are 0. */
  readonly f1: number;
}

/**
 * Computes improved precision and recall: the share of fake samples near the data, and the share of the data
 * near fake samples.
 *
 * `f(φ, Φ) = 1 if ‖φ − φ'‖₂ ≤ ‖φ' − NNₖ(φ', Φ)‖₂ for some φ' ∈ Φ`, else 0;
 * `precision = mean over fakes φ of f(φ, real)`, `recall = mean over reals φ of f(φ, fake)`.
 *
 * NNₖ is the k-th nearest of the *other* samples. A copy of a sample counts as another, so k + 1 equal
 * samples have balls of radius 0, which contain exact copies with `'<='` and nothing with `'<'`. Float32
 * products of the current backend decide most pairs, and float64 decides all close ones; so results are exact,
 * the same on every backend and for every `batchSize`. Memory grows with N + M, time with (N + M)² · d: two
 * sets of 5,000 samples of 2,048 features take about ten seconds on two threads.
 *
 * @param features `real` [N, d] and `fake` [M, d], float32; N and M above `neighbors`. Both stay alive.
 *   Precision and recall depend on N and M, so report these, too.
 * @param options `neighbors`: default 3. `inside`: default `'<='`. `batchSize`: default 256.
 * @returns Precision, recall and their harmonic mean.
 * @throws GanKitError if the features do not fit, contain NaN or an infinity, or are too few; if an
 *   option is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { precisionRecall } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const real = tensor2d([[0], [1], [2], [10]]);
 * const fake = tensor2d([[0.5], [1.5], [40], [41]]);
 * const { precision, recall } = await precisionRecall({ real, fake }, { neighbors: 1 });
 * console.log(precision, recall); // → 0.5 0.75
 * ```
 *
 * @see Kynkäänniemi et al. 2019, arXiv 1904.06991, equations 1 and 2
 */
export async function precisionRecall(
  features: FeatureSets,
  options: PrecisionRecallOptions = {},
): Promise<PrecisionRecall> {
  const where = 'precisionRecall';
  const { neighbors, inside, batchSize } = readOptions(where, options, {
    neighbors: integer({ min: 1, default: 3 }),
    inside: oneOf(['<=', '<'], { default: '<=' }),
    batchSize: integer({ min: 1, default: 256 }),
  });
  const { real, fake } = await readFeatureSets(where, features);
  checkNeighbors(where, neighbors, { real, fake });

  const ofReal = await ballsOf(real, neighbors, batchSize);
  const ofFake = await ballsOf(fake, neighbors, batchSize);
  const { inA, inB } = await mutualMemberships(ofReal, ofFake, inside, batchSize);
  const precision = shareOfSome(inA.ofPoints);
  const recall = shareOfSome(inB.ofPoints);
  const sum = precision + recall;
  return { precision, recall, f1: sum === 0 ? 0 : (2 * precision * recall) / sum };
}
