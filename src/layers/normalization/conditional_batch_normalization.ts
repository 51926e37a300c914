import { add, matMul, mul, ones, reshape, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, serialization } from '@tensorflow/tfjs-core';
import { initializers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { integer } from '../../internal/option_kinds.js';
import { classRows } from '../../ops/class_rows.js';
import { labelledInput, labelledShape } from '../labelled_input.js';
import { readLayerOptions } from '../layer_options.js';
import { register } from '../serialization/register_class.js';
import { RUNNING, RunningNormalization } from './running_normalization.js';
import type { RunningNormalizationOptions } from './running_normalization.js';

const WHERE = 'conditionalBatchNormalization';

/** Options of {@link conditionalBatchNormalization}. */
export interface ConditionalBatchNormalizationOptions extends RunningNormalizationOptions {
  /** The number of classes, 1 or more. */
  classes: number;
}

/**
 * Batch normalization with a scale and an offset for each class: `y = γ_c (x − μ)/√(σ² + ε) + β_c`, c the class of
 * the sample.
 *
 * The statistics are those of {@link BatchNormalization}: of the whole batch, whatever its classes, in training, and
 * running ones at inference.
 *
 * Inputs `[x, labels]`: x float32 `[batch, …, channels]`, labels the numbers of classes, `[batch]` or `[batch, 1]` of
 * any dtype, as `labelDistribution` draws them, or weights of the classes, `[batch, classes]`: one-hot rows, or others
 * to go from one class to another. For a number from outside 0 … classes − 1 the output is 0. Output: as x. Weights:
 * `gamma`, at first ones, and `beta`, at first zeros, both `[classes, channels]`; `moving_mean` and `moving_variance`,
 * both `[channels]`.
 *
 * **Differentiable:** first and second order, in x, γ and β, and in labels that are weights, on every backend.
 *
 * @see Dumoulin et al. 2017, arXiv 1610.07629, section 2.2; Miyato and Koyama 2018, arXiv 1802.05637, section 4
 */
export class ConditionalBatchNormalization extends RunningNormalization {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitConditionalBatchNormalization';
  readonly classes: number;
  private gamma!: LayerVariable;
  private beta!: LayerVariable;

  constructor(options: ConditionalBatchNormalizationOptions) {
    const read = readLayerOptions(WHERE, options, { ...RUNNING, classes: integer({ min: 1 }) });
    super(WHERE, options, read);
    this.classes = read.classes;
    register(ConditionalBatchNormalization);
  }

  override build(inputShape: Shape | Shape[]): void {
    const channels = this.channelsOf(labelledShape(WHERE, inputShape, this.classes));
    const table = (name: string, initial: 'zeros' | 'ones') =>
      this.addWeight(name, [this.classes, channels], 'float32', initializers[initial]());
    this.gamma = table('gamma', 'ones');
    this.beta = table('beta', 'zeros');
    this.addStatistics(channels);
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return [...labelledShape(WHERE, inputShape, this.classes)];
  }

  override call(inputs: Tensor | Tensor[], kwargs: { training?: boolean }): Tensor {
    const [x, labels] = labelledInput(WHERE, inputs, this.classes);
    return tidy(() => {
      const channels = x.shape.at(-1)!;
      const training = kwargs['training'] === true;
      const normal = this.normalize(x, ones([channels]), zeros([channels]), training);
      const rows = classRows(labels, this.classes);
      const places = x.shape.slice(1, -1).map(() => 1);
      const ofClass = (table: LayerVariable) =>
        reshape(matMul(rows, table.read() as Tensor2D), [x.shape[0], ...places, channels]);
      return add(mul(normal, ofClass(this.gamma)), ofClass(this.beta));
    });
  }

  /** Returns the options that a saved model contains. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), classes: this.classes };
  }
}

/**
 * Makes a {@link ConditionalBatchNormalization} layer.
 *
 * @param options `classes`; `epsilon` > 0 (default 1e-5), `momentum` (0.9).
 * @returns The layer; it is applied to `[x, labels]`.
 * @throws GanKitError if an option is out of range; at a call, if the labels have another shape.
 *
 * @example
 * ```ts
 * import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { conditionalBatchNormalization } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const layer = conditionalBatchNormalization({ classes: 10 });
 * const [x, labels] = [tensor2d([[1], [3]]), tensor1d([7, 2])];
 * const y = layer.apply([x, labels], { training: true }) as Tensor;
 * console.log(await y.data()); // → Float32Array(2) [ -1.000, 1.000 ]
 * ```
 *
 * @see Dumoulin et al. 2017, arXiv 1610.07629
 */
export function conditionalBatchNormalization(
  options: ConditionalBatchNormalizationOptions,
): ConditionalBatchNormalization {
  return new ConditionalBatchNormalization(options);
}
