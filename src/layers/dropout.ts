import { mul, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import { number, seed as seedOption } from '../internal/option_kinds.js';
import { RandomStream } from '../internal/random.js';
import { DrawingLayer } from './drawing_layer.js';
import { readLayerOptions } from './layer_options.js';
import { register } from './serialization/register_class.js';
import { onlyTensor } from './only_tensor.js';

/** Options of {@link dropout}. */
export interface DropoutOptions {
  /** The fraction of units set to zero, in [0, 1). */
  rate: number;
  /** Any integer from 0 on; default 0. Give each layer of a network its own. */
  seed?: number;
  /** The layer's name. */
  name?: string;
  /** Whether the layer is trainable. It has no weights, so the value is only saved in the config. */
  trainable?: boolean;
}

/**
 * Inverted dropout whose masks come from a random stream with a position.
 *
 * `y = x · m / (1 − rate)` in training, where each element of m is 1 with probability 1 − rate, and
 * `y = x` otherwise. The n-th training call of a layer draws mask (seed, n): two runs with equal
 * seeds use equal masks on every backend, a resumed run continues with the next mask, and no mask is
 * used twice. (tfjs's own layer uses the same mask at every call if it has a seed, and is not
 * reproducible if it has none.)
 *
 * **Differentiable:** to any order.
 *
 * @see Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting"
 */
export class Dropout extends DrawingLayer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitDropout';
  readonly rate: number;

  constructor(options: DropoutOptions) {
    const { rate, seed } = readLayerOptions('dropout', options, {
      rate: number({ min: 0, below: 1 }),
      seed: seedOption(),
    });
    super(options, new RandomStream(seed, 'dropout'));
    this.rate = rate;
    register(Dropout);
  }

  override call(inputs: Tensor | Tensor[], kwargs: { training?: boolean }): Tensor {
    const x = onlyTensor('dropout', inputs);
    if (kwargs['training'] !== true || this.rate === 0) return x;
    return tidy(() => mul(x, this.mask(x.shape)));
  }

  private mask(shape: number[]): Tensor {
    const keep = 1 - this.rate;
    return this.draw((stream) => stream.bernoulli(shape, keep, 1 / keep));
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.stream.seed };
  }
}

/**
 * Makes a {@link Dropout} layer.
 *
 * @param options `rate` in [0, 1); `seed` an integer from 0 on, default 0.
 * @returns The layer.
 * @throws GanKitError if `rate` or `seed` is out of range.
 *
 * @example
 * ```ts
 * import { dropout } from 'gan-kit/layers';
 *
 * const layer = dropout({ rate: 0.3, seed: 1 });
 * ```
 */
export function dropout(options: DropoutOptions): Dropout {
  return new Dropout(options);
}
