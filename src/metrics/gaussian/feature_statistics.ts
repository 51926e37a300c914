import { checkOptions, fail, isTensor } from '../../internal/check.js';
import { freedIfThrown } from '../../internal/freed_if_thrown.js';
import { callback } from '../../internal/option_kinds.js';
import { pace } from '../../internal/pace.js';
import { optional, readOptions } from '../../internal/read_options.js';
import { readRows } from '../rows.js';
import type { Rows } from '../rows.js';
import { BLOCK, RunningMoments } from './moments.js';
import { checkedMoments, decodeMoments, encodeMoments } from './statistics_bytes.js';

/** A Gaussian fitted to features. */
export interface GaussianStatistics {
  /** Mean, d values. */
  readonly mean: Float64Array;
  /** Covariance, d · d values, row after row. */
  readonly covariance: Float64Array;
}

/** {@link FeatureStatistics} as JSON. */
export interface FeatureStatisticsJSON {
  /** Number of samples. */
  readonly count: number;
  /** Mean, d values. */
  readonly mean: readonly number[];
  /** Σ (x − mean)(x − mean)ᵀ, d · d values, row after row. */
  readonly scatter: readonly number[];
}

/** Options of {@link FeatureStatistics.of}. */
export interface StreamOptions {
  /** Receives the number of samples so far, after each batch. */
  onProgress?: (count: number) => void;
}

/**
 * The mean and covariance of features that are added batch by batch, in float64 and in constant memory.
 *
 * `μ = Σx / n`, `Σ = Σ(x − μ)(x − μ)ᵀ / (n − 1)`. Blocks of up to 64 samples are centred on their own mean
 * and joined by Chan's formula: with δ = μ_b − μ_a, the sums of products of both together are
 * `S_a + S_b + δδᵀ · n_a·n_b/(n_a + n_b)`. So any split into batches and any order of merging give the same
 * result up to rounding, however far the features are from zero. The same batches in the same order give the
 * same bits on any machine. {@link toBytes} and JSON transfer the statistics of one process to another.
 *
 * An instance holds no tensors; there is nothing to dispose of.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { FeatureStatistics } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const statistics = new FeatureStatistics();
 * await statistics.update(tensor2d([[1, 2], [3, 6]]));
 * await statistics.update(tensor2d([[5, 4]]));
 * console.log(statistics.value().covariance); // 4, 2, 2, 4
 * ```
 *
 * @see Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance", equation 1.5
 */
export class FeatureStatistics {
  private moments: RunningMoments | undefined;

  /**
   * Computes the statistics of all samples of a stream, with one batch at a time in memory.
   *
   * @param batches Features, [n, d] each: an array, a generator or a stream. A generator may dispose of a
   *   tensor when it is asked for the next one.
   * @param options `onProgress`.
   * @throws GanKitError if `batches` is not iterable, or a batch does not fit, see {@link update}.
   */
  static async of(
    batches: Iterable<Rows> | AsyncIterable<Rows>,
    options: StreamOptions = {},
  ): Promise<FeatureStatistics> {
    const where = 'FeatureStatistics.of';
    const { onProgress } = readOptions(where, options, {
      onProgress: optional(callback<(count: number) => void>()),
    });
    const iterates =
      typeof batches === 'object' &&
      batches !== null &&
      !isTensor(batches) &&
      (Symbol.iterator in batches || Symbol.asyncIterator in batches);
    if (!iterates)
      fail('type', where, 'batches', 'batches of features: an array, a generator', batches);
    const statistics = new FeatureStatistics();
    for await (const batch of batches) {
      await statistics.update(batch);
      freedIfThrown(() => onProgress?.(statistics.count));
    }
    return statistics;
  }

  /**
   * Reads the statistics that {@link toBytes} wrote, bit for bit.
   *
   * @param bytes The whole file.
   * @throws GanKitError if the file is incomplete, has another format, or holds values that no samples can
   *   have.
   */
  static fromBytes(bytes: Uint8Array): FeatureStatistics {
    const statistics = new FeatureStatistics();
    const moments = decodeMoments('FeatureStatistics.fromBytes', bytes);
    statistics.moments = RunningMoments.from(moments);
    return statistics;
  }

  /**
   * Reads the statistics that {@link toJSON} returned.
   *
   * @param json The object after `JSON.parse`.
   * @throws GanKitError if the object has another form, or holds values that no samples can have.
   */
  static fromJSON(json: FeatureStatisticsJSON): FeatureStatistics {
    const where = 'FeatureStatistics.fromJSON';
    checkOptions(where, json, ['count', 'mean', 'scatter'], 'json');
    const { count, mean, scatter } = json;
    for (const [name, values] of Object.entries({ mean, scatter }))
      if (!Array.isArray(values) || !values.every((value) => typeof value === 'number'))
        fail('type', where, `json.${name}`, 'an array of numbers', values);
    const statistics = new FeatureStatistics();
    const moments = { count, mean: Float64Array.from(mean), scatter: Float64Array.from(scatter) };
    statistics.moments = RunningMoments.from(checkedMoments(where, 'json', moments));
    return statistics;
  }

  /** Returns the number of samples. */
  get count(): number {
    return this.moments?.count ?? 0;
  }

  /**
   * Adds a batch.
   *
   * @param features [N, d], float32; d is that of the first batch. They stay alive.
   * @throws GanKitError if the features do not fit or contain NaN or an infinity; then nothing is added.
   */
  async update(features: Rows): Promise<void> {
    const where = 'FeatureStatistics.update';
    const matrix = await readRows(where, 'features', features);
    const moments = this.of(where, 'features', matrix.columns);
    const turn = pace();
    for (let start = 0; start < matrix.rows; start += BLOCK) {
      moments.addRows(matrix, start, Math.min(start + BLOCK, matrix.rows));
      await turn();
    }
  }

  /**
   * Adds the samples of another instance, which stays unchanged.
   *
   * @param other Statistics of features of the same length.
   * @returns This instance.
   * @throws GanKitError if the feature lengths differ.
   */
  merge(other: FeatureStatistics): this {
    const where = 'FeatureStatistics.merge';
    if (!(other instanceof FeatureStatistics))
      fail('type', where, 'other', 'a FeatureStatistics', other);
    if (other.moments !== undefined)
      this.of(where, 'other', other.moments.mean.length).add(other.moments);
    return this;
  }

  /**
   * Computes mean and covariance (ddof 1) of all samples so far.
   *
   * @returns Copies; later updates do not change them.
   * @throws GanKitError if fewer than two samples were added.
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
    const { count, mean, scatter } = this.moments.moments();
    return { mean, covariance: scatter.map((sum) => sum / (count - 1)) };
  }

  /**
   * Encodes the statistics for a file or another machine: a safetensors file of float64 `mean` and `scatter`,
   * 8 (d² + d) bytes and a header. Equal statistics give equal bytes.
   *
   * @throws GanKitError if no sample was added.
   */
  toBytes(): Uint8Array {
    return encodeMoments(this.seen('FeatureStatistics.toBytes').moments());
  }

  /**
   * Returns the statistics for `JSON.stringify`, which keeps every digit but not the sign of −0.
   *
   * @throws GanKitError if no sample was added.
   */
  toJSON(): FeatureStatisticsJSON {
    const { count, mean, scatter } = this.seen('FeatureStatistics.toJSON').moments();
    return { count, mean: [...mean], scatter: [...scatter] };
  }

  private seen(where: string): RunningMoments {
    if (this.moments === undefined)
      fail('state', where, 'count', 'at least 1', 0, 'Nothing was counted; call `update` first.');
    return this.moments;
  }

  /** Returns the sums; the first samples set the length of their features. */
  private of(where: string, parameter: string, columns: number): RunningMoments {
    const { mean } = (this.moments ??= new RunningMoments(columns));
    if (mean.length !== columns)
      fail('shape', where, parameter, `of ${mean.length} features`, columns);
    return this.moments;
  }
}
