import { add, conv2d, matMul, maxPool, mul, reshape, softmax, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor3D, Tensor4D, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { boolean, integer, oneOf } from '../../internal/option_kinds.js';
import { readLayerOptions } from '../layer_options.js';
import { onlyTensor } from '../only_tensor.js';
import { register } from '../serialization/register_class.js';

const WHERE = 'selfAttention';

/** Options of {@link selfAttention}. */
export interface SelfAttentionOptions {
  /** Whether keys and values are the maxima of 2×2 pixels, so that there are a quarter as many; default true. */
  pooling?: boolean;
  /** Queries and keys have ⌊C/keyDivisor⌋ channels, or 1 if that is 0; default 8. */
  keyDivisor?: number;
  /** Values have ⌊C/valueDivisor⌋ channels, or 1 if that is 0; default 2, as in the authors' code. */
  valueDivisor?: number;
  /** The initial kernels: `'glorotuniform'` (the default), drawn by tfjs, or `'zeros'`, to fill later. */
  kernelInitializer?: 'zeros' | 'glorotuniform';
  /** The layer's name. */
  name?: string;
  /** `[height, width, channels]`, for the first layer of a model. */
  inputShape?: number[];
  /** Whether the kernels and γ are trained; default true. */
  trainable?: boolean;
}

/**
 * Self-attention over the pixels of a map: each pixel adds what it finds at all places that resemble what it
 * looks for.
 *
 * `y = x + γ · o(A g(x))`, `A = softmax(θ(x) φ(x)ᵀ)` over the places of each sample, one row for each pixel and one
 * column for each key. θ, φ, g and o are 1×1 convolutions without a bias: queries θ and keys φ have C/8
 * channels, values g have C/2, and o leads back to C. Behind φ and g, the maxima of 2×2 pixels are taken. The scores are not
 * divided by the root of the channels. γ is a scalar that starts at 0, so that a new layer changes nothing.
 *
 * These are the authors' code and mimicry's layer; the paper's text has no pooling, and values of C/8 channels.
 * In the authors' networks the four convolutions are spectrally normalized: wrap the layer in
 * {@link spectralNormalization}, which then divides each of the four kernels by its own σ.
 *
 * Input and output: float32 `[batch, height, width, C]`, height and width even if there is `pooling`. Weights:
 * `theta_kernel`, `phi_kernel`, `g_kernel`, `o_kernel`, of shape `[1, 1, in, out]`, and `gamma` `[]`. Memory for a
 * sample grows with the square of the number of pixels: A has h·w·h·w/4 values.
 *
 * **Differentiable:** first and second order, in the input and the weights; second order once
 * `enableSecondOrderGradients()` was called.
 *
 * @see Zhang et al. 2018, arXiv 1805.08318, equations 1 to 3; the authors' code, brain-research/self-attention-gan
 */
export class SelfAttention extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitSelfAttention';
  readonly pooling: boolean;
  readonly keyDivisor: number;
  readonly valueDivisor: number;
  private readonly initial: 'zeros' | 'glorotuniform';
  // ordinary properties, because wrappers replace them during a call, for example by W/σ
  private theta!: LayerVariable;
  private phi!: LayerVariable;
  private g!: LayerVariable;
  private o!: LayerVariable;
  private gamma!: LayerVariable;

  constructor(options: SelfAttentionOptions = {}) {
    const read = readLayerOptions(WHERE, options, {
      pooling: boolean({ default: true }),
      keyDivisor: integer({ min: 1, default: 8 }),
      valueDivisor: integer({ min: 1, default: 2 }),
      kernelInitializer: oneOf(['zeros', 'glorotuniform'], { default: 'glorotuniform' }),
    });
    super(options);
    this.pooling = read.pooling;
    this.keyDivisor = read.keyDivisor;
    this.valueDivisor = read.valueDivisor;
    this.initial = read.kernelInitializer;
    register(SelfAttention);
  }

  override build(inputShape: Shape | Shape[]): void {
    const channels = (this.computeOutputShape(inputShape) as Shape).at(-1)!;
    const initial =
      this.initial === 'zeros' ? initializers.zeros() : initializers.glorotUniform({});
    const kernel = (name: string, inputs: number, outputs: number) =>
      this.addWeight(`${name}_kernel`, [1, 1, inputs, outputs], 'float32', initial);
    const share = (divisor: number) => Math.max(1, Math.floor(channels / divisor));
    this.theta = kernel('theta', channels, share(this.keyDivisor));
    this.phi = kernel('phi', channels, share(this.keyDivisor));
    this.g = kernel('g', channels, share(this.valueDivisor));
    this.o = kernel('o', share(this.valueDivisor), channels);
    this.gamma = this.addWeight('gamma', [], 'float32', initializers.zeros());
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const [, height, width, channels] = inputShape as Shape;
    const isOdd = (size: number | null | undefined) => this.pooling && size! % 2 === 1;
    if (inputShape.length !== 4 || typeof channels !== 'number' || isOdd(height) || isOdd(width))
      fail(
        ...(['shape', WHERE, 'inputShape'] as const),
        `[batch, height, width, channels]${this.pooling ? ' with even height and width' : ''}`,
        inputShape,
      );
    return inputShape;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor(WHERE, inputs) as Tensor4D;
    return tidy(() => {
      const attended = matMul(this.map(x), this.overPlaces(x, this.g, this.pooling));
      const [batch, height, width] = x.shape;
      const values: Tensor4D = reshape(attended, [batch, height, width, attended.shape[2]!]);
      return add(x, mul(this.gamma.read(), pointwise(values, this.o)));
    });
  }

  /**
   * Computes A, shape [batch, pixels, keys].
   *
   * @internal
   */
  map(x: Tensor4D): Tensor3D {
    this.computeOutputShape(x.shape); // refuses odd sizes
    return tidy(() => {
      const queries = this.overPlaces(x, this.theta, false);
      const keys = this.overPlaces(x, this.phi, this.pooling);
      return softmax(matMul<Tensor3D>(queries, keys, false, true));
    });
  }

  /** Computes a 1×1 convolution with the places in one axis, [batch, places, channels]. */
  private overPlaces(x: Tensor4D, kernel: LayerVariable, pooled: boolean): Tensor3D {
    const all = pointwise(x, kernel);
    const y = pooled ? maxPool(all, 2, 2, 'valid') : all;
    return reshape(y, [y.shape[0], y.shape[1] * y.shape[2], y.shape[3]]);
  }

  override getConfig(): serialization.ConfigDict {
    const { pooling, keyDivisor, valueDivisor, initial } = this;
    const own = { pooling, keyDivisor, valueDivisor, kernelInitializer: initial };
    return { ...super.getConfig(), ...own };
  }
}

/** Computes a 1×1 convolution. */
const pointwise = (x: Tensor4D, kernel: LayerVariable): Tensor4D =>
  conv2d(x, kernel.read() as Tensor4D, 1, 'valid');

/**
 * Makes a {@link SelfAttention} layer.
 *
 * @param options `pooling` (default true), `keyDivisor` (8), `valueDivisor` (2), `kernelInitializer`
 *   (`'glorotuniform'`).
 * @returns The layer.
 * @throws GanKitError if an option is out of range; at a call, if a size is odd and there is `pooling`.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { selfAttention, spectralNormalization } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const critic = sequential({
 *   layers: [
 *     layers.conv2d({ inputShape: [16, 16, 3], filters: 8, kernelSize: 4, strides: 2, padding: 'same' }),
 *     spectralNormalization({ layer: selfAttention({ name: 'attention' }) }),
 *     layers.flatten(),
 *     layers.dense({ units: 1 }),
 *   ],
 * });
 * console.log(critic.getLayer('attention').weights.length); // → 13
 * ```
 *
 * @see Zhang et al. 2018, arXiv 1805.08318
 */
export function selfAttention(options: SelfAttentionOptions = {}): SelfAttention {
  return new SelfAttention(options);
}
