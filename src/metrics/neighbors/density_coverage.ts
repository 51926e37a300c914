import { integer, oneOf } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { checkNeighbors, readFeatureSets } from '../feature_sets.js';
import type { FeatureSets } from '../feature_sets.js';
import { ballsOf, memberships, shareOfSome } from './neighborhoods.js';

/** Options of {@link densityCoverage}. */
export interface DensityCoverageOptions {
  /** k: how far a ball reaches, to the k-th nearest other real sample; default 5. */
  neighbors?: number;
  /** Whether a sample at the very radius is outside (`'<'`, the default) or inside (`'<='`). */
  inside?: '<=' | '<';
  /** How many rows of each set one product takes, an integer from 1 on; default 256. */
  batchSize?: number;
}

/** What {@link densityCoverage} finds. */
export interface DensityCoverage {
  /** In how many balls of reals a fake lies, over k: from 0, and above 1 where fakes crowd. */
  readonly density: number;
  /** The share of reals with a fake in their ball, between 0 and 1. */
  readonly coverage: number;
}

/**
 * Density and coverage: precision that one outlier cannot raise, and recall that counts real samples.
 *
 * With `Bᵢ` the ball around real sample i that reaches to its k-th nearest other real sample,
 * `density = 1/(k M) Σⱼ Σᵢ 1[yⱼ ∈ Bᵢ]` over M fakes, and
 * `coverage = 1/N Σᵢ 1[some yⱼ ∈ Bᵢ]` over N reals.
 *
 * Only distances from reals are taken, so fakes that are outliers cannot spoil either. Exactness and
 * cost are those of `precisionRecall`. The precision and recall that the authors' code prints beside
 * these are `precisionRecall(features, { neighbors: 5, inside: '<' })`.
 *
 * @param features `real` [N, d] and `fake` [M, d], float32; N above `neighbors`. Both stay alive.
 * @param options `neighbors`: default 5. `inside`: default `'<'`, as the authors' code; samples on
 *   the surface are then in no ball, and a ball of radius 0 holds nothing. `batchSize`: default 256.
 * @returns Density and coverage.
 * @throws GanKitError if the features do not fit, hold NaN or an infinity, or are too few; if an
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
