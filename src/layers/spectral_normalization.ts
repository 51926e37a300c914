import { clone, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { checkNumber, checkOptions, fail } from '../internal/check.js';
import { RandomStream } from '../internal/random.js';
import { deserializeLayer } from './deserialize_layer.js';
import type { SerializedLayer } from './deserialize_layer.js';
import { powerIterationIsFrozen } from './power_iteration_mode.js';
import { register } from './register_class.js';
import { KERNELS, SpectralKernel, matrixShape } from './spectral_kernel.js';

/** Options of {@link spectralNormalization}. */
export interface SpectralNormalizationArgs {
  /** A Dense, Conv1D, Conv2D, Conv2DTranspose (tfjs's or gan-kit's), Conv3D, Conv3DTranspose, DepthwiseConv2D, SeparableConv2D or Embedding layer. */
  layer: layers.Layer;
  /** Rounds of power iteration at each training call, from 1 on; default 1, as in the paper. */
  powerIterations?: number;
  /** The smallest norm that u and v are divided by; default 1e-12, as in PyTorch. */
  epsilon?: number;
  /** Where u and v start, an integer from 0 on; default 0. */
  seed?: number;
  /** Default: the name of the wrapped layer, so that weights keep their names. */
  name?: string;
  /** Whether the wrapped layer's weights are trained; default: what that layer says. */
  trainable?: boolean;
}

type Kwargs = Parameters<layers.Layer['call']>[1];

const OPTIONS = ['layer', 'powerIterations', 'epsilon', 'seed', 'name', 'trainable'];
const FROM_CONFIG = ['dtype', 'batchInputShape'];

/**
 * Spectral normalization: the wrapped layer computes with `W/σ(W)`, `σ = uᵀ W v`, in place of W.
 *
 * W stays as the optimizer left it. A training call first does `powerIterations` rounds of
 * `u ← n(W v)`, `v ← n(Wᵀ u)`, `n(x) = x / max(‖x‖, ε)`, unless {@link withFrozenPowerIteration}
 * holds them; at inference u and v rest. σ is always that of the current W, and gradients flow
 * through it with u and v held constant. These are PyTorch's semantics
 * (`torch.nn.utils.parametrizations.spectral_norm`), also for a layer that is not trainable; Keras
 * assigns W/σ over W and passes no gradient through σ.
 *
 * The rows of the matrix W are the output channels: the last axis of dense and convolution
 * kernels, axis 2 of `[kH, kW, out, in]` for transposed convolutions, in · multiplier for depthwise
 * kernels; for an embedding, the rows of its table. Weights, after those of the wrapped layer, for
 * each kernel: `kernel_u` [rows] and `kernel_v` [columns], not trainable, drawn from `seed`, warmed
 * up by 15 rounds when the layer is built, saved with the model. v counts the columns in the order of
 * the kernel's axes. A separable convolution has two kernels, each with its own pair.
 *
 * A kernel that is all zero gives NaN, as in PyTorch. Regularizers and constraints of the wrapped
 * layer see W, not W/σ.
 *
 * **Differentiable:** first and second order, in the input and in W, where the wrapped layer is.
 *
 * @see Miyato et al. 2018, arXiv 1802.05957, equation 8 and algorithm 1
 */
export class SpectralNormalization extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitSpectralNormalization';
  readonly layer: layers.Layer;
  readonly powerIterations: number;
  readonly epsilon: number;
  readonly seed: number;
  private kernels: readonly SpectralKernel[] = [];

  constructor(args: SpectralNormalizationArgs) {
    const where = 'spectralNormalization';
    checkOptions(where, args, [...OPTIONS, ...FROM_CONFIG]);
    const given: Partial<SpectralNormalizationArgs> = args ?? {}; // plain JavaScript may pass none
    const { layer, powerIterations = 1, epsilon = 1e-12, seed = 0 } = given;
    if (typeof layer?.getClassName !== 'function') fail('type', where, 'layer', 'a layer', layer);
    const supported = Object.keys(KERNELS);
    if (!supported.includes(layer.getClassName()))
      fail('value', where, 'layer', `one of ${supported.join(', ')}`, layer.getClassName());
    checkNumber(where, 'powerIterations', powerIterations, { integer: true, min: 1 });
    checkNumber(where, 'epsilon', epsilon, { above: 0 });
    checkNumber(where, 'seed', seed, { integer: true, min: 0 });

    const { name, trainable, batchInputShape, dtype } = layer;
    super({ name, trainable, batchInputShape, dtype, ...args });
    this.layer = layer;
    this.powerIterations = powerIterations;
    this.epsilon = epsilon;
    this.seed = seed;
    this.supportsMasking = layer.supportsMasking;
    this.activityRegularizer = layer.activityRegularizer;
    register(SpectralNormalization);
  }

  override build(inputShape: Shape | Shape[]): void {
    const { layer } = this;
    if (!layer.built) {
      layer.build(inputShape);
      layer.built = true;
      if (layer.initialWeights) layer.setWeights(layer.initialWeights);
    }
    this.inputSpec = layer.inputSpec;
    this.trainableWeights = layer.weights;
    const random = new RandomStream(this.seed);
    const vector = (name: string, size: number) =>
      this.addWeight(name, [size], 'float32', initializers.zeros(), undefined, false);
    this.kernels = KERNELS[layer.getClassName()]!.map((layout) => {
      const variable = this.inner[layout.property]!;
      const { rows, columns } = matrixShape(layout, variable.shape as number[]);
      const u = vector(`${layout.weight}_u`, rows);
      const v = vector(`${layout.weight}_v`, columns);
      const start = random.normal([columns]); // u need not start: the first round makes it from v
      v.write(start);
      start.dispose();
      return new SpectralKernel(layout, variable, u, v);
    });
    this.warmUp();
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor | Tensor[] {
    const advance = kwargs['training'] === true && !powerIterationIsFrozen();
    const rounds = advance ? this.powerIterations : 0;
    return tidy(() => {
      try {
        for (const kernel of this.kernels) {
          const normalized = kernel.normalized(rounds, this.epsilon);
          this.inner[kernel.layout.property] = { read: () => normalized } as LayerVariable;
        }
        return this.layer.call(inputs, kwargs);
      } finally {
        for (const { layout, variable } of this.kernels) this.inner[layout.property] = variable;
      }
    });
  }

  /** The wrapped layer by its properties; tfjs declares the kernels private. */
  private get inner(): Record<string, LayerVariable> {
    return this.layer as unknown as Record<string, LayerVariable>;
  }

  /** The kernels, once there are any. */
  private ready(method: string): readonly SpectralKernel[] {
    if (this.kernels.length === 0)
      fail(
        'state',
        `SpectralNormalization.${method}`,
        'this',
        'a layer that is built',
        this.name,
        'Add it to a model with a known input shape, or call it once.',
      );
    return this.kernels;
  }

  /**
   * σ = uᵀ W v of each kernel as it is now, by the kernel's name among the weights: `kernel`,
   * `depthwise_kernel`, `pointwise_kernel` or `embeddings`.
   *
   * **Differentiable:** to any order, in W.
   *
   * @returns Scalars; the caller disposes them.
   * @throws GanKitError if the layer is not built.
   */
  sigma(): Record<string, Scalar> {
    return Object.fromEntries(
      this.ready('sigma').map((kernel) => [kernel.layout.weight, kernel.sigma()]),
    );
  }

  /**
   * Advances u and v at the current W, also inside {@link withFrozenPowerIteration}.
   *
   * @param times How many rounds, from 1 on; default `powerIterations`, what a training call does.
   * @throws GanKitError if the layer is not built or `times` is not a positive integer.
   */
  powerIterate(times: number = this.powerIterations): void {
    const where = 'SpectralNormalization.powerIterate';
    checkNumber(where, 'times', times, { integer: true, min: 1 });
    for (const kernel of this.ready('powerIterate')) kernel.iterate(times, this.epsilon);
  }

  /**
   * Brings u and v near the singular vectors of the current W, for weights that came without them.
   *
   * @param times How many rounds; default 15, what building the layer does, as PyTorch does.
   * @throws GanKitError if the layer is not built or `times` is not a positive integer.
   */
  warmUp(times: number = 15): void {
    this.powerIterate(times);
  }

  /**
   * The wrapped layer's weights with W/σ in place of W, in that layer's order.
   *
   * @returns Copies; the caller disposes them.
   * @throws GanKitError if the layer is not built.
   */
  normalizedWeights(): Tensor[] {
    const kernels = this.ready('normalizedWeights');
    return this.layer.weights.map((weight) => {
      const kernel = kernels.find(({ variable }) => variable === weight);
      return kernel?.normalized(0, this.epsilon) ?? clone(weight.read());
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return this.layer.computeOutputShape(inputShape);
  }

  override computeMask(inputs: Tensor | Tensor[], mask?: Tensor | Tensor[]): Tensor | Tensor[] {
    return this.layer.computeMask(inputs, mask);
  }

  /** The wrapped layer's regularizers. */
  override get losses(): layers.Layer['losses'] {
    return this.layer.losses;
  }

  override setFastWeightInitDuringBuild(value: boolean): void {
    super.setFastWeightInitDuringBuild(value);
    this.layer.setFastWeightInitDuringBuild(value);
  }

  override getConfig(): serialization.ConfigDict {
    const { layer, powerIterations, epsilon, seed } = this;
    const config = layer.getConfig();
    // tfjs's separable convolution forgets it, and would come back with other kernels
    if ('depthMultiplier' in layer) config['depthMultiplier'] = layer.depthMultiplier as number;
    const serialized = { className: layer.getClassName(), config };
    return { ...super.getConfig(), layer: serialized, powerIterations, epsilon, seed };
  }

  /** Makes a layer from its config, as tfjs asks for when it loads a model. */
  static override fromConfig<T extends serialization.Serializable>(
    layerClass: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const layer = deserializeLayer('spectralNormalization', config['layer'] as SerializedLayer);
    const args = { ...config, layer } as Record<string, unknown>;
    delete args['customObjects']; // tfjs adds it
    return new layerClass(args);
  }
}

/**
 * Wraps a layer in {@link SpectralNormalization}.
 *
 * @param args `layer`, and as options `powerIterations` (default 1), `epsilon` (1e-12), `seed` (0),
 *   `name` and `trainable` (the wrapped layer's).
 * @returns The layer, which takes the wrapped one's input shape too.
 * @throws GanKitError if the layer is of a class without a kernel, or an option is out of range.
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
export function spectralNormalization(args: SpectralNormalizationArgs): SpectralNormalization {
  return new SpectralNormalization(args);
}
