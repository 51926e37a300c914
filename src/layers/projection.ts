import { add, matMul, mul, sum, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { boolean, integer, oneOf } from '../internal/option_kinds.js';
import { classRows } from '../ops/class_rows.js';
import { labelledInput, labelledShape } from './labelled_input.js';
import { readLayerOptions } from './layer_options.js';
import { register } from './serialization/register_class.js';

const WHERE = 'projection';

/** Options of {@link projection}. */
export interface ProjectionOptions {
  /** The number of classes, 1 or more. */
  classes: number;
  /** Whether there is a bias; default true. */
  useBias?: boolean;
  /** The initial kernel and table: `'glorotuniform'` (the default), drawn by tfjs, or `'zeros'`, to fill later. */
  kernelInitializer?: 'zeros' | 'glorotuniform';
  /** The layer's name. */
  name?: string;
  /** Whether the weights are trained; default true. */
  trainable?: boolean;
}

/**
 * The last layer of a projection discriminator: a logit of a sample's features h and of its class y,
 * `w · h + b + ⟨e_y, h⟩`, with a learned vector e_y for each class.
 *
 * Inputs `[h, labels]`: h float32 `[batch, features]`, labels the numbers of classes, `[batch]` or `[batch, 1]` of any
 * dtype, as `labelDistribution` draws them, or weights of the classes, `[batch, classes]`, such as one-hot rows. For a
 * number from outside 0 … classes − 1 the vector is 0. Output: `[batch, 1]`. Weights: `kernel` `[features, 1]`, `bias`
 * `[1]` and `embeddings` `[classes, features]`, the table of vectors.
 *
 * {@link spectralNormalization} divides both the kernel and the table, each by its own σ, as in the paper.
 *
 * **Differentiable:** first and second order, in h and the weights, and in labels that are weights, on every backend.
 *
 * @see Miyato and Koyama 2018, arXiv 1802.05637, section 3 and figure 1d
 */
export class Projection extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitProjection';
  readonly classes: number;
  readonly useBias: boolean;
  private readonly initial: 'zeros' | 'glorotuniform';
  // ordinary properties, as in tfjs, because wrappers replace them during a call, for example by W/σ
  private kernel!: LayerVariable;
  private bias: LayerVariable | undefined;
  private embeddings!: LayerVariable;

  constructor(options: ProjectionOptions) {
    const read = readLayerOptions(WHERE, options, {
      classes: integer({ min: 1 }),
      useBias: boolean({ default: true }),
      kernelInitializer: oneOf(['zeros', 'glorotuniform'], { default: 'glorotuniform' }),
    });
    super(options);
    this.classes = read.classes;
    this.useBias = read.useBias;
    this.initial = read.kernelInitializer;
    register(Projection);
  }

  override build(inputShape: Shape | Shape[]): void {
    const [, features] = this.featuresOf(inputShape);
    const initial =
      this.initial === 'zeros' ? initializers.zeros() : initializers.glorotUniform({});
    this.kernel = this.addWeight('kernel', [features, 1], 'float32', initial);
    if (this.useBias) this.bias = this.addWeight('bias', [1], 'float32', initializers.zeros());
    this.embeddings = this.addWeight('embeddings', [this.classes, features], 'float32', initial);
    this.built = true;
  }

  private featuresOf(inputShape: Shape | Shape[]): [batch: number | null, features: number] {
    const [batch, features, ...others] = labelledShape(WHERE, inputShape, this.classes);
    if (typeof features !== 'number' || others.length > 0)
      fail('shape', WHERE, 'inputShape', '[batch, features] with known features', inputShape);
    return [batch!, features];
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return [this.featuresOf(inputShape)[0], 1];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const [h, labels] = labelledInput(WHERE, inputs, this.classes) as [Tensor2D, Tensor];
    return tidy(() => {
      const rows = classRows(labels, this.classes);
      const ofClass = matMul(rows, this.embeddings.read() as Tensor2D);
      const product = sum(mul(ofClass, h), 1, true);
      const y = add(matMul(h, this.kernel.read() as Tensor2D), product);
      return this.bias === undefined ? y : add(y, this.bias.read());
    });
  }

  override getConfig(): serialization.ConfigDict {
    const { classes, useBias, initial } = this;
    return { ...super.getConfig(), classes, useBias, kernelInitializer: initial };
  }
}

/**
 * Makes a {@link Projection} layer.
 *
 * @param options `classes`; `useBias` (default true), `kernelInitializer` (`'glorotuniform'`).
 * @returns The layer; it is applied to `[features, labels]`.
 * @throws GanKitError if an option is out of range; at a call, if features or labels have another shape.
 *
 * @example
 * ```ts
 * import { input, layers, model } from '@tensorflow/tfjs-layers';
 * import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { projection, spectralNormalization } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const [x, label] = [input({ shape: [2] }), input({ shape: [1] })];
 * const features = layers.dense({ units: 8, activation: 'relu' }).apply(x) as SymbolicTensor;
 * const head = spectralNormalization({ layer: projection({ classes: 3 }) });
 * const discriminator = model({
 *   inputs: [x, label],
 *   outputs: head.apply([features, label]) as SymbolicTensor,
 * });
 * ```
 *
 * @see Miyato and Koyama 2018, arXiv 1802.05637
 */
export function projection(options: ProjectionOptions): Projection {
  return new Projection(options);
}
