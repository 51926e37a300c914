import { ones, reshape, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor3D, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { fusedNormalization } from '../../gradients/fused_normalization.js';
import { fail } from '../../internal/check.js';
import { number } from '../../internal/option_kinds.js';
import type { Option } from '../../internal/read_options.js';
import { groupNormalize } from '../../ops/group_normalize.js';
import { onlyTensor } from '../only_tensor.js';

/** What the normalizations that know one sample at a time have in common. */
export interface SampleNormalizationOptions {
  /** Added to the variance; default 1e-5, as in PyTorch. */
  epsilon?: number;
  /** The layer's name. */
  name?: string;
  /** Whether γ and β are trained; default true. */
  trainable?: boolean;
}

/** How `epsilon` is read. */
export const EPSILON: Option<number> = number({ above: 0, default: 1e-5 });

/** The options once they are read. */
interface Read {
  readonly affine: boolean;
  readonly epsilon: number;
}

/** Normalizes each sample by itself, in groups of channels. */
export abstract class SampleNormalization extends layers.Layer {
  readonly affine: boolean;
  readonly epsilon: number;
  private gamma: LayerVariable | undefined;
  private beta: LayerVariable | undefined;

  protected constructor(
    private readonly where: string,
    options: SampleNormalizationOptions,
    { affine, epsilon }: Read,
  ) {
    super(options);
    this.affine = affine;
    this.epsilon = epsilon;
  }

  /** How many groups so many channels make; throws if they make none. */
  protected abstract groupsOf(channels: number): number;

  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const channels = shape[shape.length - 1];
    if (typeof channels !== 'number')
      fail('shape', this.where, 'inputShape', '[batch, …, channels] with known channels', shape);
    const rank = this.groupsOf(channels) === channels ? 3 : 2;
    if (shape.length < rank)
      fail(
        'shape',
        this.where,
        'inputShape',
        `[batch, …, channels] of rank ${rank} or more`,
        shape,
      );
    const weight = (name: string, initial: 'zeros' | 'ones') =>
      this.addWeight(name, [channels], 'float32', initializers[initial]());
    if (this.affine) {
      this.gamma = weight('gamma', 'ones');
      this.beta = weight('beta', 'zeros');
    }
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor(this.where, inputs);
    return tidy(() => {
      const channels = x.shape[x.shape.length - 1]!;
      const groups = this.groupsOf(channels);
      const samples: Tensor3D = reshape(x, [x.shape[0], -1, channels]);
      if (samples.shape[1] * channels === groups)
        fail('shape', this.where, 'x', 'of two or more values per group', x);
      const gamma = (this.gamma?.read() ?? ones([channels])) as Tensor1D;
      const beta = (this.beta?.read() ?? zeros([channels])) as Tensor1D;
      // one sample by channel is all of x by channel
      const alone = groups === channels && x.shape[0] === 1;
      const fused = alone
        ? fusedNormalization({ x, gamma, beta, epsilon: this.epsilon })
        : undefined;
      if (fused !== undefined) return fused.y;
      return reshape(groupNormalize(samples, groups, gamma, beta, this.epsilon), x.shape);
    });
  }

  /** What a saved model knows of the layer. */
  override getConfig(): serialization.ConfigDict {
    const { affine, epsilon } = this;
    return { ...super.getConfig(), affine, epsilon };
  }
}
