import { integer, oneOf } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { checkNeighbors, readFeatureSets } from '../feature_sets.js';
import type { FeatureSets } from '../feature_sets.js';
import { ballsOf, memberships, shareOfSome } from './neighborhoods.js';

/** Options of {@link densityCoverage}. */
export interface DensityCoverageOptions {
  /** Number of neighbours k: a ball reaches to the k-th nearest other real sample; 1 or more, default 5. */
  neighbors?: number;
  /** Whether a sample exactly at the radius is outside (`'<'`, the default) or inside (`'<='`). */
  inside?: '<=' | '<';
  /** Number of rows of each set in one product, an integer from 1 on; default 256. */
  batchSize?: number;
}

/** The result of {@link densityCoverage}. */
export interface DensityCoverage {
  /** Mean number of balls that contain a fake sample, over k: 0 or more, above 1 if fake samples are crowded. */
  readonly density: number;
  /** Share of real samples with a fake sample in their ball, between 0 and 1. */
  readonly coverage: number;
}

/**
 * Computes density and coverage: a precision that one outlier cannot raise, and a recall that counts real
 * samples.
 *
 * With `Bᵢ` the ball around real sample i that reaches to its k-th nearest other real sample,
 * `density = 1/(k M) Σⱼ Σᵢ 1[yⱼ ∈ Bᵢ]` over M fakes, and
 * `coverage = 1/N Σᵢ 1[some yⱼ ∈ Bᵢ]` over N reals.
 *
 * Only real samples have balls, so outliers among the fake samples cannot spoil either value. Exactness and
 * cost are those of `precisionRecall`. The authors' code also prints precision and recall: those are
 * `precisionRecall(features, { neighbors: 5, inside: '<' })`.
 *
 * @param features `real` [N, d] and `fake` [M, d], float32; N above `neighbors`. Both stay alive.
 * @param options `neighbors`: default 5. `inside`: default `'<'`, as in the authors' code; samples on the
 *   surface of a ball are then outside, and a ball of radius 0 is empty. `batchSize`: default 256.
 * @returns Density and coverage.
 * @throws GanKitError if the features do not fit, contain NaN or an infinity, or are too few; if an
 *   option is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { densityCoverage } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const real = tensor2d([[0], [1], [2], [10]]);
 * const fake = tensor2d([[0.5], [1.5], [40], [41]]);
 * const { density, coverage } = await densityCoverage({ real, fake }, { neighbors: 1 });
 * console.log(density, coverage); // → 1 0.75
 * ```
 *
 * @see Naeem et al. 2020, arXiv 2002.09797, section 3
 */
export async function densityCoverage(
  features: FeatureSets,
  options: DensityCoverageOptions = {},
): Promise<DensityCoverage> {
  const where = 'densityCoverage';
  const { neighbors, inside, batchSize } = readOptions(where, options, {
    neighbors: integer({ min: 1, default: 5 }),
    inside: oneOf(['<=', '<'], { default: '<' }),
    batchSize: integer({ min: 1, default: 256 }),
  });
  const { real, fake } = await readFeatureSets(where, features);
  checkNeighbors(where, neighbors, { real });

  const balls = await ballsOf(real, neighbors, batchSize);
  const { ofBalls, ofPoints } = await memberships(balls, fake, inside, batchSize);
  const pairs = ofPoints.reduce((total, count) => total + count, 0);
  return { density: pairs / (neighbors * fake.rows), coverage: shareOfSome(ofBalls) };
}
