import { conv2d as convolve, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { custom } from '../internal/option_kinds.js';
import { addBias } from '../ops/add_bias.js';
import { CONVOLUTION } from './convolution_schema.js';
import { readLayerOptions } from './layer_options.js';
import { register } from './serialization/register_class.js';
import { onlyTensor } from './only_tensor.js';

/** Options of {@link conv2d}. */
export interface Conv2DOptions {
  /** The number of output channels. */
  filters: number;
  /** The height and width of the kernel. */
  kernelSize: number;
  /** The step from one output pixel to the next, in input pixels; default 1. */
  strides?: number;
  /**
   * The padding: `'valid'` (none, the default), `'same'` (⌈size/strides⌉ outputs), or the number of pixels on every
   * side, as in PyTorch.
   */
  padding?: 'valid' | 'same' | number;
  /** Whether there is a bias; default true. */
  useBias?: boolean;
  /** The initial kernel: `'glorotuniform'` (the default), drawn by tfjs, or `'zeros'`, to fill later. */
  kernelInitializer?: 'zeros' | 'glorotuniform';
  /** The layer's name. */
  name?: string;
  /** `[height, width, channels]`, for the first layer of a model. */
  inputShape?: number[];
  /** Whether kernel and bias are trained; default true. */
  trainable?: boolean;
}

/**
 * A two-dimensional convolution that computes only the gradients that are needed, with PyTorch's
 * explicit padding.
 *
 * `y[n, p, q, d] = b[d] + Σ x[n, s·p + i − top, s·q + j − left, c] · W[i, j, c, d]`. The layer of tfjs
 * uses a fused op whose gradient always computes both the input's and the kernel's part. A generator
 * step then computes kernel gradients of the discriminator that nothing uses.
 *
 * Input `[batch, height, width, channels]`; weights `kernel` `[size, size, channels, filters]` and
 * `bias` `[filters]`.
 *
 * **Differentiable:** first and second order, in the input, the kernel and the bias.
 */
export class Conv2D extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitConv2D';
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: 'valid' | 'same' | number;
  readonly useBias: boolean;
  private readonly initial: 'zeros' | 'glorotuniform';
  // an ordinary property, as in tfjs, because wrappers replace it during a call, for example by W/σ
  private kernel!: LayerVariable;
  private bias: LayerVariable | undefined;

  constructor(options: Conv2DOptions) {
    const read = readLayerOptions('conv2d', options, {
      ...CONVOLUTION,
      padding: custom(checkPadding, { default: () => 'valid' }),
    });
    super(options);
    this.filters = read.filters;
    this.kernelSize = read.kernelSize;
    this.strides = read.strides;
    this.padding = read.padding;
    this.useBias = read.useBias;
    this.initial = read.kernelInitializer;
    register(Conv2D);
  }

  override build(inputShape: Shape | Shape[]): void {
    const [, , , channels] = inputShape as Shape;
    if (inputShape.length !== 4 || typeof channels !== 'number')
      fail('shape', 'conv2d', 'inputShape', '[batch, height, width, channels]', inputShape);
    const { kernelSize: k, filters } = this;
    const initial =
      this.initial === 'zeros' ? initializers.zeros() : initializers.glorotUniform({});
    this.kernel = this.addWeight('kernel', [k, k, channels, filters], 'float32', initial);
    if (this.useBias)
      this.bias = this.addWeight('bias', [filters], 'float32', initializers.zeros());
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const [batch, height, width] = inputShape as Shape;
    const sizes = [this.outputSize(height!), this.outputSize(width!)];
    if (sizes.some((size) => size !== null && size < 1)) {
      const least = this.kernelSize - (typeof this.padding === 'number' ? 2 * this.padding : 0);
      const rule = `[batch, height, width, channels] of ${least} × ${least} or more pixels`;
      fail('shape', 'conv2d', 'inputShape', rule, inputShape);
    }
    return [batch!, ...sizes, this.filters];
  }

  private outputSize(size: number | null): number | null {
    if (size === null) return null;
    if (this.padding === 'same') return Math.ceil(size / this.strides);
    const pad = this.padding === 'valid' ? 0 : this.padding;
    return Math.floor((size + 2 * pad - this.kernelSize) / this.strides) + 1;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor('conv2d', inputs) as Tensor4D;
    this.computeOutputShape(x.shape); // refuses images that are too small
    return tidy(() => {
      const kernel = this.kernel.read() as Tensor4D;
      const explicit = typeof this.padding === 'number';
      const y = convolve(
        x,
        kernel,
        this.strides,
        this.padding,
        'NHWC',
        1,
        explicit ? 'floor' : undefined,
      );
      return this.bias === undefined ? y : addBias(y, this.bias.read());
    });
  }

  override getConfig(): serialization.ConfigDict {
    const { filters, kernelSize, strides, padding, useBias, initial } = this;
    const own = { filters, kernelSize, strides, padding, useBias, kernelInitializer: initial };
    return { ...super.getConfig(), ...own };
  }
}

function checkPadding(
  where: string,
  parameter: string,
  padding: unknown,
): asserts padding is Conv2D['padding'] {
  const pads = typeof padding === 'number' && Number.isInteger(padding) && padding >= 0;
  if (padding !== 'valid' && padding !== 'same' && !pads)
    fail('value', where, parameter, `'valid', 'same' or an integer >= 0`, padding);
}

/**
 * Makes a {@link Conv2D} layer.
 *
 * @param options See {@link Conv2DOptions}.
 * @returns The layer.
 * @throws GanKitError if an option is out of range.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { conv2d } from 'gan-kit/layers';
 *
 * await loadBackend();
 * // PyTorch's Conv2d(3, 8, 4, stride=1, padding=1), as in a PatchGAN
 * const y = conv2d({ filters: 8, kernelSize: 4, padding: 1 }).apply(zeros([1, 32, 32, 3])) as Tensor;
 * console.log(y.shape); // → [ 1, 31, 31, 8 ]
 * ```
 *
 * @see Dumoulin and Visin 2016, "A guide to convolution arithmetic", arXiv 1603.07285
 */
export function conv2d(options: Conv2DOptions): Conv2D {
  return new Conv2D(options);
}
