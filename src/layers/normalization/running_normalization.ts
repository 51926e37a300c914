import { add, mul, reshape, rsqrt, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { fusedNormalization } from '../../gradients/fused_normalization.js';
import { kernelNormalization } from '../../gradients/kernel_normalization.js';
import { fail } from '../../internal/check.js';
import { number } from '../../internal/option_kinds.js';
import type { SchemaRead } from '../../internal/read_options.js';
import { movedStatistics } from '../../kernels/normalization.js';
import { batchNormalize, columnMoments } from '../../ops/batch_normalize.js';
import { statisticsAreFrozen } from '../modes/frozen_statistics.js';

/** Options of the normalizations by statistics of the batch. */
export interface RunningNormalizationOptions {
  /** ε, added to the variance, above 0; default 1e-5, as in PyTorch (Keras has 1e-3). */
  epsilon?: number;
  /** m, the share of the running statistics kept at each step, in [0, 1]; default 0.9 (PyTorch writes 1 − m = 0.1). */
  momentum?: number;
  /** The layer's name. */
  name?: string;
  /** Whether γ and β are trained; default true. */
  trainable?: boolean;
}

type Settings = Pick<RunningNormalizationOptions, 'epsilon' | 'momentum'>;

/** Schema of `epsilon` and `momentum`. */
export const RUNNING: SchemaRead<Settings> = {
  epsilon: number({ above: 0, default: 1e-5 }),
  momentum: number({ min: 0, max: 1, default: 0.9 }),
};

/** A layer that normalizes by the batch's statistics in training, and by running ones at inference. */
export abstract class RunningNormalization extends layers.Layer {
  readonly epsilon: number;
  readonly momentum: number;
  private movingMean!: LayerVariable;
  private movingVariance!: LayerVariable;

  protected constructor(
    private readonly where: string,
    options: RunningNormalizationOptions,
    { epsilon, momentum }: Required<Settings>,
  ) {
    super(options);
    this.epsilon = epsilon;
    this.momentum = momentum;
  }

  /** Returns the number of channels of an input. */
  protected channelsOf(shape: readonly (number | null)[]): number {
    const channels = shape.at(-1);
    if (shape.length < 2 || typeof channels !== 'number')
      fail('shape', this.where, 'inputShape', '[batch, …, channels] with known channels', shape);
    return channels;
  }

  /** Adds the running statistics, after the weights that are trained. */
  protected addStatistics(channels: number): void {
    const weight = (name: string, initial: 'zeros' | 'ones') =>
      this.addWeight(name, [channels], 'float32', initializers[initial](), undefined, false);
    this.movingMean = weight('moving_mean', 'zeros');
    this.movingVariance = weight('moving_variance', 'ones');
  }

  /** Computes γ (x − μ)/√(σ² + ε) + β; in training moves the running statistics. */
  protected normalize(x: Tensor, gamma: Tensor1D, beta: Tensor1D, training: boolean): Tensor {
    return training ? this.byBatch(x, gamma, beta) : this.byRunning(x, gamma, beta);
  }

  private byBatch(x: Tensor, gamma: Tensor1D, beta: Tensor1D): Tensor {
    const rows: Tensor2D = reshape(x, [-1, gamma.size]);
    const count = rows.shape[0];
    if (count < 2)
      fail('shape', this.where, 'x', 'of two or more values per channel in training', rows);
    const { epsilon } = this;
    const composed = () => {
      const moments = columnMoments(rows);
      return {
        ...moments,
        y: reshape(batchNormalize(rows, moments, gamma, beta, epsilon), x.shape),
      };
    };
    const byKernels = () => {
      const places: Tensor3D = reshape(rows, [1, ...rows.shape]);
      const normal = kernelNormalization({
        x: places,
        groups: gamma.size,
        affine: { gamma, beta },
        epsilon,
      });
      return normal && { ...normal, y: reshape(normal.y, x.shape) };
    };
    const { y, ...moments } =
      fusedNormalization({ x, gamma, beta, epsilon }) ?? byKernels() ?? composed();
    if (!statisticsAreFrozen()) this.moveStatistics(moments, count);
    return y;
  }

  private moveStatistics(
    { mean, variance }: Record<'mean' | 'variance', Tensor>,
    count: number,
  ): void {
    tidy(() => {
      const m = this.momentum;
      const [ofMean, ofVariance] = [1 - m, ((1 - m) * count) / (count - 1)];
      const [runningMean, runningVariance] = [this.movingMean, this.movingVariance];
      const running = { mean: runningMean.read(), variance: runningVariance.read() };
      const moved = movedStatistics(running, { mean, variance }, { kept: m, ofMean, ofVariance });
      const move = (running: Tensor, batch: Tensor, factor: number) =>
        add(mul(running, m), mul(reshape(batch, running.shape), factor));
      runningMean.write(moved?.mean ?? move(running.mean, mean, ofMean));
      runningVariance.write(moved?.variance ?? move(running.variance, variance, ofVariance));
    });
  }

  private byRunning(x: Tensor, gamma: Tensor1D, beta: Tensor1D): Tensor {
    const rows: Tensor2D = reshape(x, [-1, gamma.size]);
    const scale = mul(gamma, rsqrt(add(this.movingVariance.read(), this.epsilon)));
    const y = add(mul(rows, scale), sub(beta, mul(this.movingMean.read(), scale)));
    return reshape(y, x.shape);
  }

  /** Returns the options that a saved model contains. */
  override getConfig(): serialization.ConfigDict {
    const { epsilon, momentum } = this;
    return { ...super.getConfig(), epsilon, momentum };
  }
}
