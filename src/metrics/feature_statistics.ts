import { fail } from '../internal/check.js';
import { joinMoments, momentsOf } from './moments.js';
import type { Moments } from './moments.js';
import { readRows } from './rows.js';
import type { Rows } from './rows.js';

/** A Gaussian fitted to features. */
export interface GaussianStatistics {
  /** The mean, d values. */
  readonly mean: Float64Array;
  /** The covariance, d · d values, row after row. */
  readonly covariance: Float64Array;
}

/**
 * Mean and covariance of features that come batch by batch, in float64 and in constant memory.
 *
 * `μ = Σx / n`, `Σ = Σ(x − μ)(x − μ)ᵀ / (n − 1)`. Each batch is centred on its own mean and joined
 * by Chan's formula: with δ = μ_b − μ_a, the sums of products of both together are
 * `S_a + S_b + δδᵀ · n_a·n_b/(n_a + n_b)`. So any split into batches, and any order of merging,
 * gives the same result to rounding, however far the features are from zero.
 *
 * It holds no tensors; there is nothing to dispose.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { FeatureStatistics } from 'gan-kit/metrics';
 *
 * const statistics = new FeatureStatistics();
 * await statistics.update(tensor2d([[1, 2], [3, 6]]));
 * await statistics.update(tensor2d([[5, 4]]));
 * console.log(statistics.value().covariance); // 4, 2, 2, 4
 * ```
 *
 * @see Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance", equation 1.5
 */
export class FeatureStatistics {
  private moments: Moments | undefined;

  /** How many samples were seen. */
  get count(): number {
    return this.moments?.count ?? 0;
  }

  /**
   * Adds a batch.
   *
   * @param features [N, d], float32; d is that of the first batch. Stays alive.
   * @throws GanKitError if the features do not fit or hold NaN or an infinity; nothing is added then.
   */
  async update(features: Rows): Promise<void> {
    const where = 'FeatureStatistics.update';
    const moments = await momentsOf(await readRows(where, 'features', features));
    this.add(where, 'features', moments); // at once: updates may overlap
  }

  /**
   * Adds the samples that another accumulator has seen; that one stays as it is.
   *
   * @param other Of the same feature length.
   * @returns This accumulator.
   * @throws GanKitError if the feature lengths differ.
   */
  merge(other: FeatureStatistics): this {
    const where = 'FeatureStatistics.merge';
    if (!(other instanceof FeatureStatistics))
      fail('type', where, 'other', 'a FeatureStatistics', other);
    if (other.moments !== undefined) this.add(where, 'other', other.moments);
    return this;
  }

  /**
   * Mean and covariance (ddof 1) of all samples so far.
   *
   * @returns Copies of its own; later updates do not change them.
   * @throws GanKitError before two samples were seen.
   */
  value(): GaussianStatistics {
    if (this.moments === undefined || this.moments.count < 2)
      fail(
        'state',
        'FeatureStatistics.value',
        'count',
        'at least 2',
        this.count,
        'A covariance needs two samples; call `update` first.',
      );
    const { count, mean, scatter } = this.moments;
    return { mean: mean.slice(), covariance: scatter.map((sum) => sum / (count - 1)) };
  }

  private add(where: string, parameter: string, moments: Moments): void {
    const held = this.moments;
    if (held !== undefined && held.mean.length !== moments.mean.length)
      fail('shape', where, parameter, `of ${held.mean.length} features`, moments.mean.length);
    this.moments = held === undefined ? moments : joinMoments(held, moments);
  }
}
