import {
  add,
  broadcastTo,
  concat,
  div,
  mean,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D, serialization } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { Shape } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { boolean, integer, number, oneOf } from '../internal/option_kinds.js';
import { readLayerOptions } from './layer_options.js';
import { onlyTensor } from './only_tensor.js';
import { register } from './serialization/register_class.js';

const WHERE = 'minibatchStandardDeviation';

/** Options of {@link minibatchStandardDeviation}. */
export interface MinibatchStandardDeviationOptions {
  /** The number of samples in a group, from 1 on; default 4. A smaller batch is one group. */
  groupSize?: number;
  /** The number of channels that are added, from 1 on; default 1. It divides the channels of the input. */
  features?: number;
  /** Added to the variance; default 1e-8. */
  epsilon?: number;
  /**
   * Which samples form a group. `'strided'` (default, the authors' code): sample n of a batch with M groups
   * belongs to group n mod M. `'contiguous'` (pytorch_GAN_zoo): neighbours do.
   */
  grouping?: 'strided' | 'contiguous';
  /** Whether the variance of g samples is divided by g − 1, as in pytorch_GAN_zoo; default false: by g. */
  unbiased?: boolean;
  /** The layer's name. */
  name?: string;
  /** `[height, width, channels]` or `[channels]`, for the first layer of a model. */
  inputShape?: number[];
}

/**
 * Adds a channel that says how much the samples of a batch differ: with it a discriminator sees that a
 * generator makes the same image again and again.
 *
 * `s = mean over places and channels of √(σ² + ε)`, σ² being the variance of one value over the samples of a
 * group. All places of all samples of the group get s. With F `features`, added channel f has the mean
 * over the C/F consecutive channels from f·C/F on.
 *
 * A batch smaller than `groupSize` is one group. A larger batch must be a multiple of `groupSize` where the
 * groups are strided; contiguous ones make it one group otherwise, as pytorch_GAN_zoo does. For a group of one
 * sample s is √ε, or 0 if `unbiased`.
 *
 * The output for one sample depends on the others, so training passes real and generated samples apart. A
 * gradient penalty may pass through the layer, as in Progressive GAN: it takes the gradient of the sum
 * of all scores.
 *
 * Input float32 `[batch, …, channels]` of rank 2 or more, output `[batch, …, channels + features]`. There
 * are no weights.
 *
 * **Differentiable:** to any order, on every backend.
 *
 * @see Karras et al. 2018, arXiv 1710.10196, section 3
 */
export class MinibatchStandardDeviation extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitMinibatchStandardDeviation';
  readonly groupSize: number;
  readonly features: number;
  readonly epsilon: number;
  readonly grouping: 'strided' | 'contiguous';
  readonly unbiased: boolean;

  constructor(options: MinibatchStandardDeviationOptions = {}) {
    const read = readLayerOptions(WHERE, options, {
      groupSize: integer({ min: 1, default: 4 }),
      features: integer({ min: 1, default: 1 }),
      epsilon: number({ above: 0, default: 1e-8 }),
      grouping: oneOf(['strided', 'contiguous'], { default: 'strided' }),
      unbiased: boolean({ default: false }),
    });
    super(options);
    this.groupSize = read.groupSize;
    this.features = read.features;
    this.epsilon = read.epsilon;
    this.grouping = read.grouping;
    this.unbiased = read.unbiased;
    register(MinibatchStandardDeviation);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const { features } = this;
    const channels = (inputShape as Shape).at(-1);
    if (inputShape.length < 2 || typeof channels !== 'number' || channels % features !== 0)
      fail(
        'shape',
        WHERE,
        'inputShape',
        `[batch, …, channels] with a multiple of ${features} channels`,
        inputShape,
      );
    return [...(inputShape as Shape).slice(0, -1), channels + features];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor(WHERE, inputs);
    this.computeOutputShape(x.shape);
    return tidy(() => {
      const { features, unbiased, grouping } = this;
      const batch = x.shape[0];
      const channels = x.shape.at(-1)!;
      const map = [...x.shape.slice(0, -1), features];
      const size = this.sizeOfGroups(x);
      if (size === 1 && unbiased) return concat([x, zeros(map)], -1);
      const axis = grouping === 'strided' ? 0 : 1; // of the samples of a group
      const groups = batch / size;
      const samples = axis === 0 ? [size, groups] : [groups, size];
      const grouped: Tensor4D = reshape(x, [...samples, -1, channels] as never);
      const places = grouped.shape[2];
      const centred = sub(grouped, mean(grouped, axis, true));
      const variance = div(sum(square(centred), axis), unbiased ? size - 1 : size);
      const deviation = sqrt(add(variance, this.epsilon));
      const parts = reshape(deviation, [groups, places, features, channels / features]);
      const s = mean(parts, [1, 3]);
      const ofGroup = reshape(s, axis === 0 ? [1, groups, 1, features] : [groups, 1, 1, features]);
      const ofAll = broadcastTo(ofGroup, [...samples, places, features] as never);
      return concat([x, reshape(ofAll, map)], -1);
    });
  }

  /** Returns the number of samples in a group; refuses a batch that strided groups do not divide. */
  private sizeOfGroups(x: Tensor): number {
    const batch = x.shape[0];
    const size = Math.min(this.groupSize, batch);
    if (batch % size === 0) return size;
    if (this.grouping === 'strided')
      fail('shape', WHERE, 'x', `a batch of fewer than ${size} samples or of a multiple`, x);
    return batch;
  }

  override getConfig(): serialization.ConfigDict {
    const { groupSize, features, epsilon, grouping, unbiased } = this;
    return { ...super.getConfig(), groupSize, features, epsilon, grouping, unbiased };
  }
}

/**
 * Makes a {@link MinibatchStandardDeviation} layer.
 *
 * @param options `groupSize` (default 4), `features` (1), `epsilon` > 0 (1e-8), `grouping` (`'strided'`),
 *   `unbiased` (false).
 * @returns The layer.
 * @throws GanKitError if an option is out of range; at a call, if `features` does not divide the channels or
 *   `groupSize` the batch.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { minibatchStandardDeviation } from 'gan-kit/layers';
 *
 * await loadBackend();
 * // of four samples, 0 and 2 are a group, and 1 and 3
 * const x = tensor2d([[1], [5], [3], [5]]);
 * const y = minibatchStandardDeviation({ groupSize: 2 }).apply(x) as Tensor;
 * console.log(await y.data()); // → Float32Array(8) [ 1, 1.0000, 5, 0.0001, 3, 1.0000, 5, 0.0001 ]
 * ```
 *
 * @see Karras et al. 2018, arXiv 1710.10196
 */
export function minibatchStandardDeviation(
  options: MinibatchStandardDeviationOptions = {},
): MinibatchStandardDeviation {
  return new MinibatchStandardDeviation(options);
}
