import { concat, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import type { LayerVariable, Shape } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';
import { integer, oneOf, seed } from '../../internal/option_kinds.js';
import type { Option } from '../../internal/read_options.js';
import { RandomStream } from '../../internal/random.js';
import { readLayerOptions } from '../layer_options.js';
import { onlyTensor } from '../only_tensor.js';
import { register } from '../serialization/register_class.js';

/** Schema of `referenceSize`. */
export const REFERENCE_SIZE: Option<number> = integer({ min: 1 });

/** Options of {@link addReferenceBatch}. */
export interface AddReferenceBatchOptions {
  /** B, the number of rows of the reference batch, 1 or more. */
  referenceSize: number;
  /** What the reference is drawn from: `'normal'`, the default, N(0, 1), or `'uniform'`, on [−1, 1). */
  distribution?: 'normal' | 'uniform';
  /** Any integer from 0 on; default 0. Give each such layer of a network its own. */
  seed?: number;
  /** The layer's name. */
  name?: string;
  /** Whether the layer is trainable. Its reference never is, so the value is only saved in the config. */
  trainable?: boolean;
  /** The shape of a sample, for the first layer of a model. */
  inputShape?: number[];
}

/**
 * Puts a fixed reference batch before each batch, for {@link virtualBatchNormalization} in the layers that follow.
 *
 * Input float32 `[batch, …]`, of known sizes after the batch; output `[B + batch, …]`. The reference is the weight
 * `reference` `[B, …]`, which no optimizer moves and which models and checkpoints hold. It is drawn once, as latent
 * vectors are; for a discriminator, or a generator's labels, `setReference` sets samples of your own. A network of several
 * inputs has one such layer for each.
 *
 * **Differentiable:** to any order, in the input.
 *
 * @see Salimans et al. 2016, arXiv 1606.03498, section 3.5
 */
export class AddReferenceBatch extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitAddReferenceBatch';
  readonly referenceSize: number;
  readonly distribution: 'normal' | 'uniform';
  readonly seed: number;
  // an ordinary property, as in tfjs
  private reference: LayerVariable | undefined;

  constructor(options: AddReferenceBatchOptions) {
    const read = readLayerOptions('addReferenceBatch', options, {
      referenceSize: REFERENCE_SIZE,
      distribution: oneOf(['normal', 'uniform'], { default: 'normal' }),
      seed: seed(),
    });
    super(options);
    this.referenceSize = read.referenceSize;
    this.distribution = read.distribution;
    this.seed = read.seed;
    register(AddReferenceBatch);
  }

  override build(inputShape: Shape | Shape[]): void {
    const [, ...sizes] = inputShape as Shape;
    if (sizes.length === 0 || sizes.some((size) => typeof size !== 'number'))
      fail('shape', 'addReferenceBatch', 'inputShape', '[batch, …] of known sizes', inputShape);
    const shape = [this.referenceSize, ...(sizes as number[])];
    const zeros = initializers.zeros();
    this.reference = this.addWeight('reference', shape, 'float32', zeros, undefined, false);
    const stream = new RandomStream(this.seed, 'addReferenceBatch');
    const drawn =
      this.distribution === 'normal' ? stream.normal(shape) : stream.uniform(shape, -1, 1);
    this.reference.write(drawn);
    drawn.dispose();
    this.built = true;
  }

  /**
   * Sets the reference batch.
   *
   * @param x `[B, …]`, of the shape of the layer's input; it stays alive.
   * @throws GanKitError if the layer is not built, or `x` does not fit.
   */
  setReference(x: Tensor): void {
    const where = 'addReferenceBatch.setReference';
    const { reference } = this;
    if (reference === undefined) fail('state', where, 'layer', 'a built layer', this.name);
    checkTensor(where, 'x', x, { shape: reference.shape });
    reference.write(x);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return withRows(inputShape as Shape, this.referenceSize);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor('addReferenceBatch', inputs);
    return tidy(() => concat([this.reference!.read(), x]));
  }

  override getConfig(): serialization.ConfigDict {
    const { referenceSize, distribution, seed } = this;
    return { ...super.getConfig(), referenceSize, distribution, seed };
  }
}

/** Options of {@link removeReferenceBatch}. */
export interface RemoveReferenceBatchOptions {
  /** B, the number of rows of the reference batch, 1 or more. */
  referenceSize: number;
  /** The layer's name. */
  name?: string;
  /** Whether the layer is trainable. It has no weights, so the value is only saved in the config. */
  trainable?: boolean;
}

/**
 * Removes the reference batch that {@link addReferenceBatch} has put before the batch.
 *
 * Input `[B + batch, …]`, output `[batch, …]`.
 *
 * **Differentiable:** to any order.
 */
export class RemoveReferenceBatch extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitRemoveReferenceBatch';
  readonly referenceSize: number;

  constructor(options: RemoveReferenceBatchOptions) {
    const { referenceSize } = readLayerOptions('removeReferenceBatch', options, {
      referenceSize: REFERENCE_SIZE,
    });
    super(options);
    this.referenceSize = referenceSize;
    register(RemoveReferenceBatch);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return withRows(inputShape as Shape, -this.referenceSize);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor('removeReferenceBatch', inputs);
    const { referenceSize } = this;
    if (x.shape[0] <= referenceSize)
      fail(
        'shape',
        'removeReferenceBatch',
        'x',
        `more rows than the ${referenceSize} of the reference batch`,
        x,
        'Put addReferenceBatch before it.',
      );
    return slice(x, referenceSize);
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), referenceSize: this.referenceSize };
  }
}

/** Returns a shape with so many rows more. */
const withRows = ([batch, ...sizes]: Shape, more: number): Shape => [
  batch === null || batch === undefined ? null : batch + more,
  ...sizes,
];

/**
 * Makes an {@link AddReferenceBatch} layer.
 *
 * @param options `referenceSize`; `distribution` (default `'normal'`), `seed` (0).
 * @returns The layer; `setReference(x)` replaces what it drew.
 * @throws GanKitError if an option is out of range.
 *
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { addReferenceBatch, removeReferenceBatch } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const both = addReferenceBatch({ referenceSize: 16 }).apply(ones([4, 8])) as Tensor;
 * const batch = removeReferenceBatch({ referenceSize: 16 }).apply(both) as Tensor;
 * console.log(both.shape, batch.shape); // → [ 20, 8 ] [ 4, 8 ]
 * ```
 *
 * @see Salimans et al. 2016, arXiv 1606.03498
 */
export function addReferenceBatch(options: AddReferenceBatchOptions): AddReferenceBatch {
  return new AddReferenceBatch(options);
}

/**
 * Makes a {@link RemoveReferenceBatch} layer, see {@link addReferenceBatch}.
 *
 * @param options `referenceSize`.
 * @returns The layer.
 * @throws GanKitError if `referenceSize` is not an integer from 1 on; at a call, if there are no more rows.
 *
 * @example
 * ```ts
 * import { removeReferenceBatch } from 'gan-kit/layers';
 *
 * const layer = removeReferenceBatch({ referenceSize: 16 });
 * ```
 */
export function removeReferenceBatch(options: RemoveReferenceBatchOptions): RemoveReferenceBatch {
  return new RemoveReferenceBatch(options);
}
