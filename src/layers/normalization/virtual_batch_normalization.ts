import {
  add,
  concat,
  mean,
  mul,
  reshape,
  rsqrt,
  split,
  square,
  sub,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { boolean } from '../../internal/option_kinds.js';
import { readLayerOptions } from '../layer_options.js';
import { onlyTensor } from '../only_tensor.js';
import { register } from '../serialization/register_class.js';
import { REFERENCE_SIZE } from './reference_batch.js';
import { EPSILON } from './sample_normalization.js';

const WHERE = 'virtualBatchNormalization';

/** Options of {@link virtualBatchNormalization}. */
export interface VirtualBatchNormalizationOptions {
  /** B, the number of rows of the reference batch, 1 or more: that of the network's {@link addReferenceBatch}. */
  referenceSize: number;
  /** ε, added to the variance, above 0; default 1e-5. */
  epsilon?: number;
  /** Whether there is a scale γ; default true. */
  scale?: boolean;
  /** Whether there is an offset β; default true. */
  center?: boolean;
  /** The layer's name. */
  name?: string;
  /** Whether γ and β are trained; default true. */
  trainable?: boolean;
  /** `[…, channels]`, for the first layer of a model. */
  inputShape?: number[];
}

/**
 * Virtual batch normalization: normalization of each sample by the statistics of a fixed reference batch and of itself,
 * in training and at inference.
 *
 * ```
 * m_r, v_r   mean and variance of the reference, the first B rows, over rows and places, for each channel
 * m_x, v_x   of one of the other rows, over its places; w = 1/(B + 1)
 * m = w m_x + (1 − w) m_r,   v = w v_x + (1 − w) v_r + w (1 − w) (m_x − m_r)²
 * y = γ (x − m)/√(v + ε) + β
 * ```
 *
 * v is the authors' w q_x + (1 − w) q_r − m², q the mean squares, without its loss of digits. Rows of the reference are
 * normalized by m_r and v_r. Place it between {@link addReferenceBatch}, which puts the reference before the batch, and
 * {@link removeReferenceBatch}: the reference then passes through the same weights at each step, and its gradient,
 * through m_r and v_r, reaches the layers before. No sample's output depends on another one's.
 *
 * Input and output: float32 `[B + batch, …, channels]`. Weights: `gamma` and `beta`, each `[channels]`; γ is 1 at first,
 * and `initializeWeights` draws it from N(1, 0.02²), as the authors do. A pass costs B rows more.
 *
 * **Differentiable:** first and second order, in the input, γ and β, on every backend.
 *
 * @see Salimans et al. 2016, arXiv 1606.03498, section 3.5
 */
export class VirtualBatchNormalization extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitVirtualBatchNormalization';
  readonly referenceSize: number;
  readonly epsilon: number;
  readonly scale: boolean;
  readonly center: boolean;
  private gamma: LayerVariable | undefined;
  private beta: LayerVariable | undefined;

  constructor(options: VirtualBatchNormalizationOptions) {
    const read = readLayerOptions(WHERE, options, {
      referenceSize: REFERENCE_SIZE,
      epsilon: EPSILON,
      scale: boolean({ default: true }),
      center: boolean({ default: true }),
    });
    super(options);
    this.referenceSize = read.referenceSize;
    this.epsilon = read.epsilon;
    this.scale = read.scale;
    this.center = read.center;
    register(VirtualBatchNormalization);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = inputShape as Shape;
    const channels = shape.at(-1);
    if (shape.length < 2 || typeof channels !== 'number')
      fail('shape', WHERE, 'inputShape', '[batch, …, channels] with known channels', shape);
    const weight = (name: string, initial: 'zeros' | 'ones') =>
      this.addWeight(name, [channels], 'float32', initializers[initial]());
    if (this.scale) this.gamma = weight('gamma', 'ones');
    if (this.center) this.beta = weight('beta', 'zeros');
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor(WHERE, inputs);
    const { referenceSize } = this;
    const rows = x.shape[0];
    if (rows < referenceSize)
      fail(
        'shape',
        WHERE,
        'x',
        `the ${referenceSize} rows of the reference batch and those of the batch`,
        x,
        'Put addReferenceBatch before this layer.',
      );
    return tidy(() => {
      const samples = reshape(x, [rows, -1, x.shape.at(-1)!]);
      const sizes = [referenceSize, rows - referenceSize];
      const [reference, batch] = rows === referenceSize ? [samples] : split(samples, sizes);
      const mean = meanOf(reference!, [0, 1]);
      const centred = sub(reference!, mean);
      const variance = meanOf(square(centred), [0, 1]);
      const parts = [mul(centred, this.inverse(variance))];
      if (batch !== undefined) parts.push(this.blended(sub(batch, mean), variance));
      let y = concat(parts);
      if (this.gamma !== undefined) y = mul(y, this.gamma.read());
      if (this.beta !== undefined) y = add(y, this.beta.read());
      return reshape(y, x.shape);
    });
  }

  /**
   * Normalizes each sample by a blend of the reference's statistics and its own.
   *
   * @param x Of shape `[batch, places, channels]`, minus the mean of the reference.
   * @param ofReference The variance of the reference, `[1, 1, channels]`.
   */
  private blended(x: Tensor, ofReference: Tensor): Tensor {
    const w = 1 / (this.referenceSize + 1);
    const mean = meanOf(x, 1);
    const own = add(meanOf(square(sub(x, mean)), 1), mul(square(mean), 1 - w));
    const variance = add(mul(own, w), mul(ofReference, 1 - w));
    return mul(sub(x, mul(mean, w)), this.inverse(variance));
  }

  private inverse(variance: Tensor): Tensor {
    return rsqrt(add(variance, this.epsilon));
  }

  override getConfig(): serialization.ConfigDict {
    const { referenceSize, epsilon, scale, center } = this;
    return { ...super.getConfig(), referenceSize, epsilon, scale, center };
  }
}

const meanOf = (x: Tensor, axes: number | number[]): Tensor => mean(x, axes, true);

/**
 * Makes a {@link VirtualBatchNormalization} layer.
 *
 * @param options `referenceSize`; `epsilon` > 0 (default 1e-5), `scale` and `center` (true).
 * @returns The layer.
 * @throws GanKitError if an option is out of range; at a call, if the input has fewer rows than the reference.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import {
 *   addReferenceBatch,
 *   removeReferenceBatch,
 *   virtualBatchNormalization,
 * } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const referenceSize = 16;
 * const generator = sequential({
 *   layers: [
 *     addReferenceBatch({ referenceSize, inputShape: [8] }),
 *     layers.dense({ units: 32 }),
 *     virtualBatchNormalization({ referenceSize }),
 *     layers.reLU(),
 *     layers.dense({ units: 2 }),
 *     removeReferenceBatch({ referenceSize }),
 *   ],
 * });
 * ```
 *
 * @see Salimans et al. 2016, arXiv 1606.03498
 */
export function virtualBatchNormalization(
  options: VirtualBatchNormalizationOptions,
): VirtualBatchNormalization {
  return new VirtualBatchNormalization(options);
}
