import { div, mul, reshape, sqrt, square, sum, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { initializers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';
import type { KernelLayout } from '../kernel_layouts.js';
import { register } from '../serialization/register_class.js';
import { Reparametrized, readWrapperOptions, wrapped } from './reparametrized.js';
import type { ReparametrizedOptions, ReparametrizedKernel } from './reparametrized.js';

/** Options of {@link weightNormalization}. */
export interface WeightNormalizationOptions extends ReparametrizedOptions {
  /**
   * The layer to wrap: a Dense, Conv1D, Conv2D, Conv2DTranspose (tfjs's or gan-kit's), Conv3D, Conv3DTranspose,
   * DepthwiseConv2D, SeparableConv2D or Embedding layer, or gan-kit's SelfAttention or Projection.
   */
  layer: layers.Layer;
}

/** A kernel W = g v/‖v‖, given by the lengths g and the directions v. */
class DirectedKernel implements ReparametrizedKernel {
  /** g, shape [number of norms], in the order of the kernel's axes. */
  private readonly g: LayerVariable;
  private readonly others: number[];
  private readonly broadcast: number[];

  constructor(
    readonly layout: KernelLayout,
    /** v, the kernel of the wrapped layer. */
    readonly variable: LayerVariable,
    addMagnitudes: (name: string, size: number) => LayerVariable,
  ) {
    const shape = variable.shape as number[];
    const first = layout.firstAxes.map((axis) => (axis + shape.length) % shape.length);
    this.others = shape.map((_, axis) => axis).filter((axis) => !first.includes(axis));
    this.broadcast = shape.map((size, axis) => (first.includes(axis) ? size : 1));
    const size = this.broadcast.reduce((product, length) => product * length, 1);
    this.g = addMagnitudes(`${layout.weight}_g`, size);
  }

  /** Computes ‖v‖ over all axes except those that form PyTorch's first one; keeps the rank. */
  private norms(): Tensor {
    return sqrt(sum(square(this.variable.read()), this.others, true));
  }

  /** Sets g ← ‖v‖, so that the layer computes with v unchanged. */
  reset(): void {
    tidy(() => void this.g.write(reshape(this.norms(), [-1])));
  }

  effective(): Tensor {
    return tidy(() => {
      const g = reshape(this.g.read(), this.broadcast);
      return mul(this.variable.read(), div(g, this.norms()));
    });
  }
}

/**
 * Weight normalization: the wrapped layer computes with `W = g v/‖v‖`; the length g and the direction v are
 * trained separately.
 *
 * v is the wrapped layer's kernel. There is one g for each index of PyTorch's first axis, as in
 * `torch.nn.utils.parametrizations.weight_norm` with its default `dim=0`: for each output of dense and
 * convolution kernels, for each **input** channel of transposed convolutions, each channel of depthwise ones,
 * each row of an embedding. The weight `kernel_g` comes after the wrapped layer's weights, and starts at ‖v‖,
 * so that wrapping changes no output.
 *
 * A v of zeros gives NaN, as in PyTorch. Regularizers and constraints of the wrapped layer apply to v.
 *
 * **Differentiable:** first and second order, in the input, in g and in v, if the wrapped layer is.
 *
 * @see Salimans and Kingma 2016, arXiv 1602.07868, equation 2
 */
export class WeightNormalization extends Reparametrized<DirectedKernel> {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitWeightNormalization';

  constructor(options: WeightNormalizationOptions) {
    readWrapperOptions('weightNormalization', options, { layer: wrapped() });
    super(options);
    register(WeightNormalization);
  }

  /** @internal */
  protected override kernelOf(layout: KernelLayout, variable: LayerVariable): DirectedKernel {
    return new DirectedKernel(layout, variable, (name, size) =>
      this.addWeight(name, [size], 'float32', initializers.ones()),
    );
  }

  /** @internal */
  protected override start(): void {
    this.resetMagnitudes();
  }

  /**
   * Sets g to ‖v‖. Call this after writing kernels, so that the layer computes with them unchanged.
   *
   * @throws GanKitError if the layer is not built.
   */
  resetMagnitudes(): void {
    for (const kernel of this.ready('WeightNormalization.resetMagnitudes')) kernel.reset();
  }

  /**
   * Returns the wrapped layer's weights with `g v/‖v‖` in place of v, in that layer's order.
   *
   * @returns Copies; the caller disposes of them.
   * @throws GanKitError if the layer is not built.
   */
  effectiveWeights(): Tensor[] {
    return this.effectiveWeightsOf('WeightNormalization.effectiveWeights');
  }
}

/**
 * Wraps a layer in {@link WeightNormalization}.
 *
 * @param options `layer`; optional: `name` and `trainable` (the wrapped layer's).
 * @returns The layer; it has the input shape of the wrapped layer.
 * @throws GanKitError if the layer's class has no kernel.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { weightNormalization } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const dense = layers.dense({ inputShape: [4], units: 2 });
 * const critic = sequential({ layers: [weightNormalization({ layer: dense })] });
 * ```
 *
 * @see Salimans and Kingma 2016, arXiv 1602.07868
 */
export function weightNormalization(options: WeightNormalizationOptions): WeightNormalization {
  return new WeightNormalization(options);
}
