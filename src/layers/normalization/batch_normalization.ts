import { add, mul, ones, reshape, rsqrt, sub, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { Shape } from '@tensorflow/tfjs-layers';
import { fusedNormalization } from '../../gradients/fused_normalization.js';
import { fail } from '../../internal/check.js';
import { boolean, number } from '../../internal/option_kinds.js';
import { batchNormalize, columnMoments } from '../../ops/batch_normalize.js';
import { readLayerOptions } from '../layer_options.js';
import { statisticsAreFrozen } from '../modes/frozen_statistics.js';
import { register } from '../serialization/register_class.js';
import { onlyTensor } from '../only_tensor.js';

type LayerVariable = layers.Layer['weights'][number];

/** Options of {@link batchNormalization}. */
export interface BatchNormalizationOptions {
  /** ε, added to the variance, above 0; default 1e-5, as in PyTorch (Keras has 1e-3). */
  epsilon?: number;
  /** m, the share of the running statistics kept at each step, in [0, 1]; default 0.9 (PyTorch writes 1 − m = 0.1). */
  momentum?: number;
  /** Whether there is a scale γ; default true. */
  scale?: boolean;
  /** Whether there is an offset β; default true. */
  center?: boolean;
  /** The layer's name. */
  name?: string;
  /** Whether γ and β are trained; default true. */
  trainable?: boolean;
}

/**
 * Batch normalization over all axes but the last, with PyTorch's conventions.
 *
 * In training `y = γ (x − μ_B)/√(σ²_B + ε) + β` with the batch's own mean and biased variance, and
 * the running statistics are updated: `running ← m·running + (1 − m)·batch`, with the *unbiased*
 * variance σ²_B·N/(N−1). At inference the running statistics replace those of the batch.
 *
 * Input and output: float32 `[batch, …, channels]`. Weights: `gamma`, `beta`, `moving_mean`,
 * `moving_variance`, each `[channels]`.
 *
 * **Differentiable:** first and second order, in the input, γ and β, on every backend.
 *
 * @see Ioffe and Szegedy 2015, arXiv 1502.03167, algorithm 1
 */
export class BatchNormalization extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitBatchNormalization';
  readonly epsilon: number;
  readonly momentum: number;
  readonly scale: boolean;
  readonly center: boolean;
  private gamma: LayerVariable | undefined;
  private beta: LayerVariable | undefined;
  private movingMean!: LayerVariable;
  private movingVariance!: LayerVariable;

  constructor(options: BatchNormalizationOptions = {}) {
    const { epsilon, momentum, scale, center } = readLayerOptions('batchNormalization', options, {
      epsilon: number({ above: 0, default: 1e-5 }),
      momentum: number({ min: 0, max: 1, default: 0.9 }),
      scale: boolean({ default: true }),
      center: boolean({ default: true }),
    });
    super(options);
    this.epsilon = epsilon;
    this.momentum = momentum;
    this.scale = scale;
    this.center = center;
    register(BatchNormalization);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const channels = shape[shape.length - 1];
    if (shape.length < 2 || typeof channels !== 'number')
      fail(
        'shape',
        'batchNormalization',
        'inputShape',
        '[batch, …, channels] with known channels',
        shape,
      );
    const weight = (name: string, initial: 'zeros' | 'ones', trainable: boolean) =>
      this.addWeight(name, [channels], 'float32', initializers[initial](), undefined, trainable);
    if (this.scale) this.gamma = weight('gamma', 'ones', true);
    if (this.center) this.beta = weight('beta', 'zeros', true);
    this.movingMean = weight('moving_mean', 'zeros', false);
    this.movingVariance = weight('moving_variance', 'ones', false);
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override call(inputs: Tensor | Tensor[], kwargs: { training?: boolean }): Tensor {
    const x = onlyTensor('batchNormalization', inputs);
    return tidy(() => {
      const channels = x.shape[x.shape.length - 1]!;
      const gamma = (this.gamma?.read() ?? ones([channels])) as Tensor1D;
      const beta = (this.beta?.read() ?? zeros([channels])) as Tensor1D;
      return kwargs['training'] === true
        ? this.byBatch(x, gamma, beta)
        : this.byRunning(x, gamma, beta);
    });
  }

  private byBatch(x: Tensor, gamma: Tensor1D, beta: Tensor1D): Tensor {
    const rows: Tensor2D = reshape(x, [-1, gamma.size]);
    const count = rows.shape[0];
    if (count < 2)
      fail(
        'shape',
        'batchNormalization',
        'x',
        'of two or more values per channel in training',
        rows,
      );
    const { epsilon } = this;
    const composed = () => {
      const moments = columnMoments(rows);
      return {
        ...moments,
        y: reshape(batchNormalize(rows, moments, gamma, beta, epsilon), x.shape),
      };
    };
    const { y, ...moments } = fusedNormalization({ x, gamma, beta, epsilon }) ?? composed();
    if (!statisticsAreFrozen()) this.moveStatistics(moments, count);
    return y;
  }

  private moveStatistics(
    { mean, variance }: Record<'mean' | 'variance', Tensor>,
    count: number,
  ): void {
    tidy(() => {
      const m = this.momentum;
      const move = (running: LayerVariable, batch: Tensor, factor: number) =>
        running.write(
          add(mul(running.read(), m), mul(reshape(batch, running.shape as number[]), factor)),
        );
      move(this.movingMean, mean, 1 - m);
      move(this.movingVariance, variance, ((1 - m) * count) / (count - 1));
    });
  }

  private byRunning(x: Tensor, gamma: Tensor1D, beta: Tensor1D): Tensor {
    const rows: Tensor2D = reshape(x, [-1, gamma.size]);
    const scale = mul(gamma, rsqrt(add(this.movingVariance.read(), this.epsilon)));
    const y = add(mul(rows, scale), sub(beta, mul(this.movingMean.read(), scale)));
    return reshape(y, x.shape);
  }

  override getConfig(): serialization.ConfigDict {
    const { epsilon, momentum, scale, center } = this;
    return { ...super.getConfig(), epsilon, momentum, scale, center };
  }
}

/**
 * Makes a {@link BatchNormalization} layer.
 *
 * @param options See {@link BatchNormalizationOptions}.
 * @returns The layer.
 * @throws GanKitError if an option is out of range.
 *
 * @example
 * ```ts
 * import { batchNormalization } from 'gan-kit/layers';
 *
 * const layer = batchNormalization({ momentum: 0.9, epsilon: 1e-5 });
 * ```
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): BatchNormalization {
  return new BatchNormalization(options);
}
