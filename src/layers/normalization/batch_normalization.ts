import { ones, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, serialization } from '@tensorflow/tfjs-core';
import { initializers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { boolean } from '../../internal/option_kinds.js';
import { readLayerOptions } from '../layer_options.js';
import { onlyTensor } from '../only_tensor.js';
import { register } from '../serialization/register_class.js';
import { RUNNING, RunningNormalization } from './running_normalization.js';
import type { RunningNormalizationOptions } from './running_normalization.js';

/** Options of {@link batchNormalization}. */
export interface BatchNormalizationOptions extends RunningNormalizationOptions {
  /** Whether there is a scale γ; default true. */
  scale?: boolean;
  /** Whether there is an offset β; default true. */
  center?: boolean;
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
export class BatchNormalization extends RunningNormalization {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitBatchNormalization';
  readonly scale: boolean;
  readonly center: boolean;
  private gamma: LayerVariable | undefined;
  private beta: LayerVariable | undefined;

  constructor(options: BatchNormalizationOptions = {}) {
    const where = 'batchNormalization';
    const read = readLayerOptions(where, options, {
      ...RUNNING,
      scale: boolean({ default: true }),
      center: boolean({ default: true }),
    });
    super(where, options, read);
    this.scale = read.scale;
    this.center = read.center;
    register(BatchNormalization);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const channels = this.channelsOf(shape);
    const weight = (name: string, initial: 'zeros' | 'ones') =>
      this.addWeight(name, [channels], 'float32', initializers[initial]());
    if (this.scale) this.gamma = weight('gamma', 'ones');
    if (this.center) this.beta = weight('beta', 'zeros');
    this.addStatistics(channels);
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
      return this.normalize(x, gamma, beta, kwargs['training'] === true);
    });
  }

  override getConfig(): serialization.ConfigDict {
    const { scale, center } = this;
    return { ...super.getConfig(), scale, center };
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
