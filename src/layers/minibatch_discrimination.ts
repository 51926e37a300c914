import {
  abs,
  add,
  concat,
  div,
  exp,
  expandDims,
  eye,
  log,
  matMul,
  mean,
  min,
  mul,
  neg,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { boolean, integer } from '../internal/option_kinds.js';
import { readLayerOptions } from './layer_options.js';
import { onlyTensor } from './only_tensor.js';
import { register } from './serialization/register_class.js';

const WHERE = 'minibatchDiscrimination';
/** Standard deviation of the first kernels, as in the authors' code. */
const STDDEV = 0.05;

/** Options of {@link minibatchDiscrimination}. */
export interface MinibatchDiscriminationOptions {
  /** B, the number of kernels, which is that of the added features; default 100. */
  kernels?: number;
  /** C, the number of dimensions in which a kernel measures distances; default 5. */
  dimensions?: number;
  /** Whether kernels have trained lengths apart from their directions, as in the authors' code; default true. */
  weightNorm?: boolean;
  /** Whether each added feature has a bias, at first −1; default true. */
  useBias?: boolean;
  /** The layer's name. */
  name?: string;
  /** Whether the weights are trained; default true. */
  trainable?: boolean;
  /** `[features]`, for the first layer of a model. */
  inputShape?: number[];
}

/**
 * Adds features that say how close each sample is to the others of its batch: with them a discriminator sees that a
 * generator makes the same sample again and again.
 *
 * ```
 * M_i    = x_i T                                   [B, C]
 * d_ijb  = Σ_c |M_ibc − M_jbc|
 * f_ib   = Σ_{j ≠ i} exp(−d_ijb) + bias_b
 * T      = θ exp(s) / ‖θ‖                          the norm over the inputs, for each b and c
 * ```
 *
 * The output is x with f behind it. Weights: `kernel` θ `[features, B, C]`, `kernel_scale` s `[B, C]`, at first 0, and
 * `bias` `[B]`. Without `weightNorm` T is θ, and there is no s. `fit` sets s and the bias by a batch, as the authors'
 * code does before training.
 *
 * The output for one sample depends on the others, so training passes real and generated samples apart, as the
 * paper does; a batch of one has f = bias. Time and memory grow with the square of the batch: batch² · B · C floats.
 *
 * Input float32 `[batch, features]`, output `[batch, features + B]`.
 *
 * **Differentiable:** first and, once `enableSecondOrderGradients()` was called, second order, in x and the weights, on
 * every backend, where no two samples have the same M_ibc.
 *
 * @see Salimans et al. 2016, arXiv 1606.03498, section 3.2
 */
export class MinibatchDiscrimination extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitMinibatchDiscrimination';
  readonly kernels: number;
  readonly dimensions: number;
  readonly weightNorm: boolean;
  readonly useBias: boolean;
  // ordinary properties, as in tfjs
  private kernel!: LayerVariable;
  private scale: LayerVariable | undefined;
  private bias: LayerVariable | undefined;

  constructor(options: MinibatchDiscriminationOptions = {}) {
    const read = readLayerOptions(WHERE, options, {
      kernels: integer({ min: 1, default: 100 }),
      dimensions: integer({ min: 1, default: 5 }),
      weightNorm: boolean({ default: true }),
      useBias: boolean({ default: true }),
    });
    super(options);
    this.kernels = read.kernels;
    this.dimensions = read.dimensions;
    this.weightNorm = read.weightNorm;
    this.useBias = read.useBias;
    register(MinibatchDiscrimination);
  }

  override build(inputShape: Shape | Shape[]): void {
    const features = this.featuresOf(inputShape);
    const { kernels, dimensions } = this;
    const normal = initializers.randomNormal({ stddev: STDDEV });
    this.kernel = this.addWeight('kernel', [features, kernels, dimensions], 'float32', normal);
    if (this.weightNorm)
      this.scale = this.addWeight(
        'kernel_scale',
        [kernels, dimensions],
        'float32',
        initializers.zeros(),
      );
    if (this.useBias)
      this.bias = this.addWeight(
        'bias',
        [kernels],
        'float32',
        initializers.constant({ value: -1 }),
      );
    this.built = true;
  }

  private featuresOf(inputShape: Shape | Shape[]): number {
    const features = (inputShape as Shape).at(-1);
    if (inputShape.length !== 2 || typeof features !== 'number')
      fail('shape', WHERE, 'inputShape', '[batch, features] with known features', inputShape);
    return features;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return [(inputShape as Shape)[0]!, this.featuresOf(inputShape) + this.kernels];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor(WHERE, inputs) as Tensor2D;
    this.featuresOf(x.shape);
    return tidy(() => {
      const near = this.nearness(this.distances(x));
      const f = this.bias === undefined ? near : add(near, this.bias.read());
      return concat([x, f], 1);
    });
  }

  /** Computes d `[batch, batch, B]`. */
  private distances(x: Tensor2D): Tensor3D {
    const { kernels, dimensions } = this;
    const T = reshape(this.effectiveKernel(), [x.shape[1], kernels * dimensions]);
    const M = reshape(matMul(x, T as Tensor2D), [-1, kernels, dimensions]);
    return sum(abs(sub(expandDims(M, 1), expandDims(M, 0))), -1);
  }

  /** Computes Σ_{j ≠ i} exp(−d_ij) `[batch, B]`. */
  private nearness(d: Tensor3D): Tensor {
    return sum(mul(exp(neg(d)), sub(1, self(d))), 1);
  }

  /** Computes T. */
  private effectiveKernel(): Tensor {
    const theta = this.kernel.read();
    if (this.scale === undefined) return theta;
    return mul(theta, div(exp(this.scale.read()), sqrt(sum(square(theta), 0))));
  }

  /**
   * Sets the lengths of the kernels and the bias by a batch, so that the mean distance to the nearest other sample is 2
   * for every kernel, and the mean of every added feature is 0.
   *
   * @param x What reaches the layer, `[batch, features]`, of two or more samples; it stays alive.
   * @throws GanKitError if the layer is not built, `x` does not fit, or a kernel sees no two samples that differ.
   */
  async fit(x: Tensor): Promise<void> {
    const where = `${WHERE}.fit`;
    if (!this.built) fail('state', where, 'layer', 'a built layer', this.name);
    const features = this.kernel.shape[0]!;
    if (x.rank !== 2 || x.shape[1] !== features || x.shape[0] < 2)
      fail('shape', where, 'x', `[batch, ${features}] of 2 samples or more`, x);
    const half = tidy(() => {
      const d = this.distances(x as Tensor2D);
      const others = add(d, mul(self(d), FAR));
      return mul(0.5, mean(min(others, 1), 0));
    });
    const values = await half.data();
    if (!values.every((value) => value > 0)) {
      half.dispose();
      fail('value', where, 'x', 'samples that differ under every kernel', x);
    }
    tidy(() => {
      const ofKernels = expandDims(half, 1);
      const { scale, bias } = this;
      if (scale === undefined) this.kernel.write(div(this.kernel.read(), ofKernels));
      else scale.write(sub(scale.read(), log(ofKernels)));
      bias?.write(neg(mean(this.nearness(this.distances(x as Tensor2D)), 0)));
    });
    half.dispose();
  }

  override getConfig(): serialization.ConfigDict {
    const { kernels, dimensions, weightNorm, useBias } = this;
    return { ...super.getConfig(), kernels, dimensions, weightNorm, useBias };
  }
}

/** A distance beyond all others. */
const FAR = 1e6;

/** Returns 1 where a sample meets itself, else 0, `[batch, batch, 1]`. */
const self = (d: Tensor3D): Tensor => expandDims(eye(d.shape[0]), 2);

/**
 * Makes a {@link MinibatchDiscrimination} layer.
 *
 * @param options `kernels` (default 100), `dimensions` (5), `weightNorm` (true), `useBias` (true).
 * @returns The layer.
 * @throws GanKitError if an option is out of range; at a call, if the input is not `[batch, features]`.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { minibatchDiscrimination } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const discriminator = sequential({
 *   layers: [
 *     layers.dense({ inputShape: [2], units: 64, activation: 'relu' }),
 *     minibatchDiscrimination({ kernels: 16 }),
 *     layers.dense({ units: 1 }),
 *   ],
 * });
 * ```
 *
 * @see Salimans et al. 2016, arXiv 1606.03498
 */
export function minibatchDiscrimination(
  options: MinibatchDiscriminationOptions = {},
): MinibatchDiscrimination {
  return new MinibatchDiscrimination(options);
}
