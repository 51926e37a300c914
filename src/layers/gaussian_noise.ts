import { add, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import { number, seed as seedOption } from '../internal/option_kinds.js';
import { RandomStream } from '../internal/random.js';
import { DrawingLayer } from './drawing_layer.js';
import { readLayerOptions } from './layer_options.js';
import { onlyTensor } from './only_tensor.js';
import { register } from './serialization/register_class.js';

/** Options of {@link gaussianNoise}. */
export interface GaussianNoiseOptions {
  /** σ, the standard deviation of the noise, 0 or more. */
  stddev: number;
  /** Any integer from 0 on; default 0. Give each layer of a network its own. */
  seed?: number;
  /** The layer's name. */
  name?: string;
  /** Whether the layer is trainable. It has no weights, so the value is only saved in the config. */
  trainable?: boolean;
  /** The shape of a sample, for the first layer of a model. */
  inputShape?: number[];
}

/**
 * Noise that comes from a random stream with a position.
 *
 * `y = x + n`, n ~ N(0, σ²), in training, and `y = x` otherwise. The n-th training call of a layer draws noise (seed, n), as
 * {@link dropout} does its masks: two runs with equal seeds use equal noise on every backend, a resumed run continues
 * with the next, and `withFrozenMasks` repeats it. (tfjs's own layer draws from `Math.random`.)
 *
 * **Differentiable:** to any order.
 *
 * @see Salimans et al. 2016, arXiv 1606.03498, whose discriminators have it after each layer
 */
export class GaussianNoise extends DrawingLayer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitGaussianNoise';
  readonly stddev: number;

  constructor(options: GaussianNoiseOptions) {
    const { stddev, seed } = readLayerOptions('gaussianNoise', options, {
      stddev: number({ min: 0 }),
      seed: seedOption(),
    });
    super(options, new RandomStream(seed, 'gaussianNoise'));
    this.stddev = stddev;
    register(GaussianNoise);
  }

  override call(inputs: Tensor | Tensor[], kwargs: { training?: boolean }): Tensor {
    const x = onlyTensor('gaussianNoise', inputs);
    if (kwargs['training'] !== true || this.stddev === 0) return x;
    return tidy(() =>
      add(
        x,
        this.draw((stream) => stream.normal(x.shape, 0, this.stddev)),
      ),
    );
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), stddev: this.stddev, seed: this.stream.seed };
  }
}

/**
 * Makes a {@link GaussianNoise} layer.
 *
 * @param options `stddev` 0 or more; `seed` an integer from 0 on, default 0.
 * @returns The layer.
 * @throws GanKitError if `stddev` or `seed` is out of range.
 *
 * @example
 * ```ts
 * import { gaussianNoise } from 'gan-kit/layers';
 *
 * const layer = gaussianNoise({ stddev: 0.3, seed: 1 });
 * ```
 */
export function gaussianNoise(options: GaussianNoiseOptions): GaussianNoise {
  return new GaussianNoise(options);
}
