import {
  dispose,
  div,
  moments,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';
import { oneOf } from '../../internal/option_kinds.js';
import { KERNEL } from '../kernel_layouts.js';
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
  /** Whether the lengths g are `'trained'`, the default, or `'fixed'` at the values that they start with or that `fit` sets. */
  lengths?: 'trained' | 'fixed';
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

  /** Divides the lengths. */
  divide(by: Tensor): void {
    tidy(() => void this.g.write(div(this.g.read(), by)));
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
 * so that wrapping changes no output. `fit` sets the lengths and the bias by a batch, the data-dependent initialization
 * of the paper's section 3.
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

  readonly lengths: 'trained' | 'fixed';

  constructor(options: WeightNormalizationOptions) {
    const { lengths } = readWrapperOptions('weightNormalization', options, {
      layer: wrapped(),
      lengths: oneOf(['trained', 'fixed'], { default: 'trained' }),
    });
    super(options);
    this.lengths = lengths;
    register(WeightNormalization);
  }

  /** @internal */
  protected override kernelOf(layout: KernelLayout, variable: LayerVariable): DirectedKernel {
    return new DirectedKernel(layout, variable, (name, size) =>
      this.addWeight(
        name,
        [size],
        'float32',
        initializers.ones(),
        undefined,
        this.lengths === 'trained',
      ),
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
   * Sets the lengths and the bias by a batch, so that each output, before the activation, has mean 0 and variance 1 over
   * its rows and places: with m and s the mean and deviation of v · x/‖v‖ · g, g ← g/s and b ← −m/s. Without a bias the
   * mean stays.
   *
   * @param x What reaches the layer, `[batch, …]`; it stays alive.
   * @throws GanKitError if the layer is not built, is no dense layer or convolution, `x` does not fit, or an output is the
   *   same for all of `x`.
   *
   * @see Salimans and Kingma 2016, arXiv 1602.07868, section 3
   */
  async fit(x: Tensor): Promise<void> {
    const where = 'WeightNormalization.fit';
    const [kernel, ...others] = this.ready(where);
    const { layout, variable } = kernel!;
    if (others.length > 0 || layout !== KERNEL)
      fail('value', where, 'layer', 'a dense layer or a convolution', this.layer.getClassName());
    const channels = variable.shape.at(-2)!;
    const sizes = this.layer.getClassName() === 'Dense' ? x.rank - 2 : variable.shape.length - 2;
    checkTensor(where, 'x', x, { shape: [...Array<null>(sizes + 1).fill(null), channels] });
    const { mean, deviation } = this.outputMoments(x);
    try {
      const values = await deviation.data();
      if (!values.every((value) => value > 0))
        fail('value', where, 'x', 'a batch in which each output differs', x);
      kernel!.divide(deviation);
      const { bias } = this.layer as { bias?: LayerVariable | null };
      if (bias) tidy(() => void bias.write(div(sub(bias.read(), mean), deviation)));
    } finally {
      dispose([mean, deviation]);
    }
  }

  /** Computes the mean and the deviation of each output before the activation, with the bias. */
  private outputMoments(x: Tensor): Record<'mean' | 'deviation', Tensor> {
    const inner = this.layer as { activation?: unknown };
    const { activation } = inner;
    try {
      if (activation !== undefined) inner.activation = linear();
      return tidy(() => {
        const y = this.withReplacements(false, () => this.layer.call(x, {})) as Tensor;
        const { mean, variance } = moments(reshape(y, [-1, y.shape.at(-1)!]), 0);
        return { mean, deviation: sqrt(variance) };
      });
    } finally {
      if (activation !== undefined) inner.activation = activation;
    }
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), lengths: this.lengths };
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

/** Returns tfjs's activation that does nothing, in the form in which its layers hold one. */
const linear = (): unknown =>
  (layers.activation({ activation: 'linear' }) as unknown as { activation: unknown }).activation;

/**
 * Wraps a layer in {@link WeightNormalization}.
 *
 * @param options `layer`; optional: `lengths` (`'trained'`), `name` and `trainable` (the wrapped layer's).
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
