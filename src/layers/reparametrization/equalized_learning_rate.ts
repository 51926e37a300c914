import { mul } from '@tensorflow/tfjs-core';
import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import type { LayerVariable, Shape, layers } from '@tensorflow/tfjs-layers';
import { boolean, number, seed as seedOption } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import { EMBEDDINGS, KERNEL, matrixShape } from '../kernel_layouts.js';
import type { KernelLayout } from '../kernel_layouts.js';
import { register } from '../serialization/register_class.js';
import { classesWithKernels } from '../traits.js';
import { Reparametrized, readWrapperOptions, wrapped } from './reparametrized.js';
import type { ReparametrizedOptions, ReparametrizedKernel } from './reparametrized.js';

/** Options of {@link equalizedLearningRate}. */
export interface EqualizedLearningRateOptions extends ReparametrizedOptions {
  /**
   * The layer to wrap: a Dense, Conv1D, Conv2D, Conv2DTranspose (tfjs's or gan-kit's), Conv3D, Conv3DTranspose,
   * DepthwiseConv2D or SeparableConv2D layer, or gan-kit's SelfAttention or Projection.
   */
  layer: layers.Layer;
  /** The factor g > 0; default √2, He's value for layers before a (leaky) ReLU. The paper has 1 in its last layers. */
  gain?: number;
  /**
   * Whether the layer also computes with `b g/√n` in place of its bias b, as in pytorch_GAN_zoo; default false, as
   * in the paper.
   */
  scaleBias?: boolean;
  /** The seed of the initial weights, an integer from 0 on; default 0. */
  seed?: number;
}

/** The names of the classes of layers that can be wrapped. */
const CLASSES = classesWithKernels({ except: EMBEDDINGS });
/** The place of a bias in its layer, described like that of a kernel. */
const BIAS: KernelLayout = { ...KERNEL, weight: 'bias', property: 'bias' };

/**
 * Equalized learning rate: the wrapped layer computes with `W g/√n` in place of W, where n is the number of
 * inputs of an output, kernel height · kernel width · input channels.
 *
 * W is drawn from N(0, 1). The layer then starts as with He's initializer, and the steps of Adam, which do not
 * depend on the size of a weight, change all layers at the same relative rate. The bias is not scaled, unless
 * `scaleBias` is true. Given weights (`weights`, or those of a layer that is already built) are not drawn again.
 *
 * Regularizers and constraints of the wrapped layer apply to W.
 *
 * **Differentiable:** first and second order, in the input and in W, if the wrapped layer is.
 *
 * @see Karras et al. 2018, "Progressive Growing of GANs", arXiv 1710.10196, section 4.1
 */
export class EqualizedLearningRate extends Reparametrized<ReparametrizedKernel> {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitEqualizedLearningRate';
  readonly gain: number;
  readonly scaleBias: boolean;
  readonly seed: number;

  constructor(options: EqualizedLearningRateOptions) {
    const { gain, scaleBias, seed } = readWrapperOptions('equalizedLearningRate', options, {
      layer: wrapped(CLASSES),
      gain: number({ above: 0, default: Math.SQRT2 }),
      scaleBias: boolean({ default: false }),
      seed: seedOption(),
    });
    super(options);
    this.gain = gain;
    this.scaleBias = scaleBias;
    this.seed = seed;
    register(EqualizedLearningRate);
  }

  /** Builds the wrapped layer; with `scaleBias` its bias is scaled like a kernel. */
  override build(inputShape: Shape | Shape[]): void {
    super.build(inputShape);
    const { bias } = this.layer as { bias?: LayerVariable | null };
    const kernel = this.kernels.at(-1)!; // the pointwise kernel of a separable convolution
    if (!this.scaleBias || bias === undefined || bias === null) return;
    const factor = this.factorOf(kernel.layout, kernel.variable);
    const effective = () => mul(bias.read(), factor);
    this.kernels = [...this.kernels, { layout: BIAS, variable: bias, effective }];
  }

  /** @internal */
  protected override kernelOf(layout: KernelLayout, variable: LayerVariable): ReparametrizedKernel {
    const factor = this.factorOf(layout, variable);
    return { layout, variable, effective: () => mul(variable.read(), factor) };
  }

  /** Computes g/√n for a kernel. */
  private factorOf(layout: KernelLayout, { shape }: LayerVariable): number {
    const { columns: inputs } = matrixShape(layout, shape as number[]);
    return this.gain / Math.sqrt(inputs);
  }

  /** @internal */
  protected override start(drawn: boolean): void {
    if (!drawn) return;
    const stream = new RandomStream(this.seed);
    for (const { variable } of this.kernels) {
      const value = stream.normal(variable.shape as number[]);
      variable.write(value);
      value.dispose();
    }
  }

  /**
   * Returns the wrapped layer's weights with `W g/√n` in place of W, in that layer's order; with `scaleBias` also
   * `b g/√n` in place of b.
   *
   * @returns Copies; the caller disposes of them.
   * @throws GanKitError if the layer is not built.
   */
  effectiveWeights(): Tensor[] {
    return this.effectiveWeightsOf('EqualizedLearningRate.effectiveWeights');
  }

  /** Returns the config of the layer, with that of the wrapped layer, as tfjs saves it. */
  override getConfig(): serialization.ConfigDict {
    const { gain, scaleBias, seed } = this;
    return { ...super.getConfig(), gain, scaleBias, seed };
  }
}

/**
 * Wraps a layer in {@link EqualizedLearningRate}.
 *
 * @param options `layer`; optional: `gain` (default √2), `scaleBias` (false), `seed` (0), `name` and `trainable`
 *   (the wrapped layer's).
 * @returns The layer; it has the input shape of the wrapped layer.
 * @throws GanKitError if the layer's class has no kernel, or an option is out of range.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { equalizedLearningRate, leakyReLU } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const convolution = layers.conv2d({ inputShape: [8, 8, 3], filters: 16, kernelSize: 3, padding: 'same' });
 * const critic = sequential({
 *   layers: [
 *     equalizedLearningRate({ layer: convolution }),
 *     leakyReLU({ negativeSlope: 0.2 }),
 *     layers.flatten(),
 *     equalizedLearningRate({ layer: layers.dense({ units: 1 }), gain: 1 }),
 *   ],
 * });
 * ```
 *
 * @see Karras et al. 2018, arXiv 1710.10196, section 4.1
 */
export function equalizedLearningRate(
  options: EqualizedLearningRateOptions,
): EqualizedLearningRate {
  return new EqualizedLearningRate(options);
}
