import type { Scalar, Tensor, serialization } from '@tensorflow/tfjs-core';
import { initializers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { checkNumber } from '../../internal/check.js';
import { integer, number, seed as seedOption } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import { matrixShape } from '../kernel_layouts.js';
import type { KernelLayout } from '../kernel_layouts.js';
import {
  Reparametrized,
  readWrapperOptions,
  wrapped,
} from '../reparametrization/reparametrized.js';
import type { ReparametrizedOptions } from '../reparametrization/reparametrized.js';
import { register } from '../serialization/register_class.js';
import { SpectralKernel } from './spectral_kernel.js';

/** Options of {@link spectralNormalization}. */
export interface SpectralNormalizationOptions extends ReparametrizedOptions {
  /**
   * The layer to wrap: a Dense, Conv1D, Conv2D, Conv2DTranspose (tfjs's or gan-kit's), Conv3D, Conv3DTranspose,
   * DepthwiseConv2D, SeparableConv2D or Embedding layer, or gan-kit's SelfAttention or Projection.
   */
  layer: layers.Layer;
  /** Rounds of power iteration at each training call, 1 or more; default 1, as in the paper. */
  powerIterations?: number;
  /** ε, the smallest norm that u and v are divided by, above 0; default 1e-12, as in PyTorch. */
  epsilon?: number;
  /** The seed of the initial u and v, an integer from 0 on; default 0. */
  seed?: number;
}

/**
 * Spectral normalization: the wrapped layer computes with `W/σ(W)`, `σ = uᵀ W v`, in place of W.
 *
 * The call does not change W. A training call first makes `powerIterations` rounds of
 * `u ← n(W v)`, `v ← n(Wᵀ u)`, `n(x) = x / max(‖x‖, ε)`, unless it runs inside
 * {@link withFrozenPowerIteration}; at inference u and v do not change. σ is always that of the current
 * W, and gradients flow through it with u and v held constant. These are PyTorch's semantics
 * (`torch.nn.utils.parametrizations.spectral_norm`), also for a layer that is not trainable; Keras
 * overwrites W by W/σ and passes no gradient through σ.
 *
 * The rows of the matrix W are the output channels: the last axis of dense and convolution
 * kernels, axis 2 of `[kH, kW, out, in]` for transposed convolutions, in · multiplier for depthwise
 * kernels; for an embedding, the rows of its table. Each kernel has two more weights, which come after
 * those of the wrapped layer: `kernel_u` [rows] and `kernel_v` [columns]. They are not trainable, drawn
 * from `seed`, advanced by 15 rounds when the layer is built, and saved with the model. The columns in v
 * are in the order of the kernel's axes. A separable convolution has two kernels, each with its own pair.
 *
 * A kernel of zeros gives NaN, as in PyTorch. Regularizers and constraints of the wrapped layer apply
 * to W, not to W/σ.
 *
 * **Differentiable:** first and second order, in the input and in W, if the wrapped layer is.
 *
 * @see Miyato et al. 2018, arXiv 1802.05957, equation 8 and algorithm 1
 */
export class SpectralNormalization extends Reparametrized<SpectralKernel> {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitSpectralNormalization';
  readonly powerIterations: number;
  readonly epsilon: number;
  readonly seed: number;
  private readonly random: RandomStream;

  constructor(options: SpectralNormalizationOptions) {
    const { powerIterations, epsilon, seed } = readWrapperOptions(
      'spectralNormalization',
      options,
      {
        layer: wrapped(),
        powerIterations: integer({ min: 1, default: 1 }),
        epsilon: number({ above: 0, default: 1e-12 }),
        seed: seedOption(),
      },
    );
    super(options);
    this.powerIterations = powerIterations;
    this.epsilon = epsilon;
    this.seed = seed;
    this.random = new RandomStream(seed);
    register(SpectralNormalization);
  }

  /** @internal */
  protected override kernelOf(layout: KernelLayout, variable: LayerVariable): SpectralKernel {
    const vector = (name: string, size: number) =>
      this.addWeight(name, [size], 'float32', initializers.zeros(), undefined, false);
    const { rows, columns } = matrixShape(layout, variable.shape as number[]);
    const u = vector(`${layout.weight}_u`, rows);
    const v = vector(`${layout.weight}_v`, columns);
    const start = this.random.normal([columns]); // u needs no initial value: the first round computes it from v
    v.write(start);
    start.dispose();
    return new SpectralKernel(layout, variable, u, v, this);
  }

  /** @internal */
  protected override start(): void {
    this.warmUp();
  }

  /**
   * Computes the current σ = uᵀ W v of each kernel, by the kernel's name among the weights: `kernel`,
   * `depthwise_kernel`, `pointwise_kernel` or `embeddings`.
   *
   * **Differentiable:** to any order, in W.
   *
   * @returns Scalars; the caller disposes of them.
   * @throws GanKitError if the layer is not built.
   */
  sigma(): Record<string, Scalar> {
    return Object.fromEntries(
      this.ready('SpectralNormalization.sigma').map((kernel) => [
        kernel.layout.weight,
        kernel.sigma(),
      ]),
    );
  }

  /**
   * Advances u and v at the current W, also inside {@link withFrozenPowerIteration}.
   *
   * @param times The number of rounds, 1 or more; default `powerIterations`, as in a training call.
   * @throws GanKitError if the layer is not built or `times` is not a positive integer.
   */
  powerIterate(times: number = this.powerIterations): void {
    const where = 'SpectralNormalization.powerIterate';
    checkNumber(where, 'times', times, { integer: true, min: 1 });
    for (const kernel of this.ready(where)) kernel.iterate(times);
  }

  /**
   * Moves u and v close to the singular vectors of the current W, for weights that were loaded without u
   * and v.
   *
   * @param times The number of rounds, 1 or more; default 15, as when the layer is built, and as in PyTorch.
   * @throws GanKitError if the layer is not built or `times` is not a positive integer.
   */
  warmUp(times: number = 15): void {
    this.powerIterate(times);
  }

  /**
   * Returns the wrapped layer's weights with W/σ in place of W, in that layer's order.
   *
   * @returns Copies; the caller disposes of them.
   * @throws GanKitError if the layer is not built.
   */
  normalizedWeights(): Tensor[] {
    return this.effectiveWeightsOf('SpectralNormalization.normalizedWeights');
  }

  /** Returns the config of the layer, with that of the wrapped layer, as tfjs saves it. */
  override getConfig(): serialization.ConfigDict {
    const { powerIterations, epsilon, seed } = this;
    return { ...super.getConfig(), powerIterations, epsilon, seed };
  }
}

/**
 * Wraps a layer in {@link SpectralNormalization}.
 *
 * @param options `layer`; optional: `powerIterations` (default 1), `epsilon` (1e-12), `seed` (0),
 *   `name` and `trainable` (the wrapped layer's).
 * @returns The layer; it has the input shape of the wrapped layer.
 * @throws GanKitError if the layer's class has no kernel, or an option is out of range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { spectralNormalization } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const convolution = tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 64, kernelSize: 4, strides: 2 });
 * const critic = tf.sequential({
 *   layers: [
 *     spectralNormalization({ layer: convolution }),
 *     tf.layers.leakyReLU({ alpha: 0.2 }),
 *     tf.layers.flatten(),
 *     spectralNormalization({ layer: tf.layers.dense({ units: 1 }) }),
 *   ],
 * });
 * ```
 *
 * @see Miyato et al. 2018, arXiv 1802.05957
 */
export function spectralNormalization(
  options: SpectralNormalizationOptions,
): SpectralNormalization {
  return new SpectralNormalization(options);
}
