import { conv2dTranspose as convolve, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { checkNumber, fail } from '../internal/check.js';
import { integer } from '../internal/option_kinds.js';
import { addBias } from '../ops/add_bias.js';
import { CONVOLUTION } from './convolution_schema.js';
import { readLayerOptions } from './layer_options.js';
import { register } from './serialization/register_class.js';
import { onlyTensor } from './only_tensor.js';

/** Options of {@link conv2dTranspose}. */
export interface Conv2DTransposeOptions {
  /** The number of output channels. */
  filters: number;
  /** The height and width of the kernel. */
  kernelSize: number;
  /** The step from one input pixel to the next, in output pixels; default 1. */
  strides?: number;
  /** The number of pixels cut off on every side, less than `kernelSize`; default 0. */
  padding?: number;
  /** The number of pixels added at the bottom and at the right, less than `strides`; default 0. */
  outputPadding?: number;
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
 * A transposed two-dimensional convolution with PyTorch's geometry: the gradient of a convolution with
 * respect to its input.
 *
 * `y[n, s·p + i − pad, s·q + j − pad, d] += x[n, p, q, c] · W[i, j, d, c]`, and the bias; the output has
 * `(size − 1)·s − 2·pad + kernelSize + outputPadding` pixels. A convolution of stride s maps images of s
 * different sizes to the same size; `outputPadding` selects the one to return to. The layer of tfjs has
 * only `'valid'` and `'same'`, and its `'same'` is shifted by one pixel for 3×3 and stride 2.
 *
 * Input `[batch, height, width, channels]`; weights `kernel` `[size, size, filters, channels]` and
 * `bias` `[filters]`.
 *
 * **Differentiable:** first and second order, in the input, the kernel and the bias; second order in the
 * kernel after `enableSecondOrderGradients()`.
 */
export class Conv2DTranspose extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitConv2DTranspose';
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: number;
  readonly outputPadding: number;
  readonly useBias: boolean;
  private readonly initial: 'zeros' | 'glorotuniform';
  // an ordinary property, as in tfjs, because wrappers replace it during a call, for example by W/σ
  private kernel!: LayerVariable;
  private bias: LayerVariable | undefined;

  constructor(options: Conv2DTransposeOptions) {
    const where = 'conv2dTranspose';
    const read = readLayerOptions(where, options, {
      ...CONVOLUTION,
      padding: integer({ min: 0, default: 0 }),
      outputPadding: integer({ min: 0, default: 0 }),
    });
    const { kernelSize, strides, padding, outputPadding } = read;
    checkNumber(where, 'padding', padding, { integer: true, min: 0, below: kernelSize });
    checkNumber(where, 'outputPadding', outputPadding, { integer: true, min: 0, below: strides });
    super(options);
    this.filters = read.filters;
    this.kernelSize = kernelSize;
    this.strides = strides;
    this.padding = padding;
    this.outputPadding = outputPadding;
    this.useBias = read.useBias;
    this.initial = read.kernelInitializer;
    register(Conv2DTranspose);
  }

  override build(inputShape: Shape | Shape[]): void {
    const [, , , channels] = inputShape as Shape;
    if (inputShape.length !== 4 || typeof channels !== 'number')
      fail(
        'shape',
        'conv2dTranspose',
        'inputShape',
        '[batch, height, width, channels]',
        inputShape,
      );
    const { kernelSize: k, filters } = this;
    const initial =
      this.initial === 'zeros' ? initializers.zeros() : initializers.glorotUniform({});
    this.kernel = this.addWeight('kernel', [k, k, filters, channels], 'float32', initial);
    if (this.useBias)
      this.bias = this.addWeight('bias', [filters], 'float32', initializers.zeros());
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const [batch, height, width] = inputShape as Shape;
    return [batch!, this.outputSize(height!), this.outputSize(width!), this.filters];
  }

  private outputSize(size: number | null): number | null {
    if (size === null) return null;
    const { kernelSize, strides, padding, outputPadding } = this;
    const pixels = (size - 1) * strides - 2 * padding + kernelSize + outputPadding;
    if (pixels < 1)
      fail('shape', 'conv2dTranspose', 'inputShape', 'large enough to leave a pixel', size);
    return pixels;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor('conv2dTranspose', inputs) as Tensor4D;
    return tidy(() => {
      const shape = this.computeOutputShape(x.shape) as [number, number, number, number];
      const kernel = this.kernel.read() as Tensor4D;
      const y = convolve(x, kernel, shape, this.strides, this.padding, 'floor');
      return this.bias === undefined ? y : addBias(y, this.bias.read());
    });
  }

  override getConfig(): serialization.ConfigDict {
    const { filters, kernelSize, strides, padding, outputPadding, useBias, initial } = this;
    const geometry = { filters, kernelSize, strides, padding, outputPadding };
    return { ...super.getConfig(), ...geometry, useBias, kernelInitializer: initial };
  }
}

/**
 * Makes a {@link Conv2DTranspose} layer.
 *
 * @param options See {@link Conv2DTransposeOptions}.
 * @returns The layer.
 * @throws GanKitError if an option is out of range.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { conv2dTranspose } from 'gan-kit/layers';
 *
 * await loadBackend();
 * // PyTorch's ConvTranspose2d(16, 8, 3, stride=2, padding=1, output_padding=1), as in CycleGAN
 * const up = conv2dTranspose({ filters: 8, kernelSize: 3, strides: 2, padding: 1, outputPadding: 1 });
 * const y = up.apply(zeros([1, 10, 12, 16])) as Tensor;
 * console.log(y.shape); // → [ 1, 20, 24, 8 ]
 * ```
 *
 * @see Dumoulin and Visin 2016, "A guide to convolution arithmetic", arXiv 1603.07285, section 4
 */
export function conv2dTranspose(options: Conv2DTransposeOptions): Conv2DTranspose {
  return new Conv2DTranspose(options);
}
