import { ones, reshape, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor3D, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { fusedNormalization } from '../../gradients/fused_normalization.js';
import { kernelNormalization } from '../../gradients/kernel_normalization.js';
import { fail } from '../../internal/check.js';
import { number } from '../../internal/option_kinds.js';
import type { Option } from '../../internal/read_options.js';
import { groupNormalize } from '../../ops/group_normalize.js';
import { onlyTensor } from '../only_tensor.js';

/** Options of the normalizations that treat each sample by itself. */
export interface SampleNormalizationOptions {
  /** ε, added to the variance, above 0; default 1e-5, as in PyTorch. */
  epsilon?: number;
  /** The layer's name. */
  name?: string;
  /** Whether γ and β are trained; default true. */
  trainable?: boolean;
}

/** Schema of `epsilon`. */
export const EPSILON: Option<number> = number({ above: 0, default: 1e-5 });

/** The options after they were read. */
interface Read {
  readonly affine: boolean;
  readonly epsilon: number;
}

/** A layer that normalizes each sample by itself, in groups of channels. */
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

  /** Returns the number of groups of so many channels; throws if they cannot be divided into groups. */
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
      const affine = this.affine
        ? { gamma: this.gamma!.read() as Tensor1D, beta: this.beta!.read() as Tensor1D }
        : undefined;
      const byKernels = kernelNormalization({
        x: samples,
        groups,
        affine,
        epsilon: this.epsilon,
      });
      if (byKernels !== undefined) return reshape(byKernels.y, x.shape);
      const gamma: Tensor1D = affine?.gamma ?? ones([channels]);
      const beta: Tensor1D = affine?.beta ?? zeros([channels]);
      // for one sample, statistics by sample and channel are those by channel
      const alone = groups === channels && x.shape[0] === 1;
      const fused = alone
        ? fusedNormalization({ x, gamma, beta, epsilon: this.epsilon })
        : undefined;
      if (fused !== undefined) return fused.y;
      return reshape(groupNormalize(samples, groups, gamma, beta, this.epsilon), x.shape);
    });
  }

  /** Returns the options that a saved model contains. */
  override getConfig(): serialization.ConfigDict {
    const { affine, epsilon } = this;
    return { ...super.getConfig(), affine, epsilon };
  }
}
