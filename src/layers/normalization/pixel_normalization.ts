import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { Shape } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { number } from '../../internal/option_kinds.js';
import { pixelNormalize } from '../../ops/pixel_normalize.js';
import { readLayerOptions } from '../layer_options.js';
import { onlyTensor } from '../only_tensor.js';
import { register } from '../serialization/register_class.js';

/** Options of {@link pixelNormalization}. */
export interface PixelNormalizationOptions {
  /** Added to the mean of the squares; default 1e-8, as in the paper. */
  epsilon?: number;
  /** The layer's name. */
  name?: string;
  /** `[height, width, channels]` or `[channels]`, for the first layer of a model. */
  inputShape?: number[];
}

/**
 * Pixel normalization: the channels of each pixel as a vector whose mean square is 1, in training and at
 * inference alike.
 *
 * `y = x / √(1/C Σ x² + ε)`, the sum over the C channels of one pixel of one sample. Latent vectors are
 * pixels, too. There are no weights.
 *
 * Input and output: float32 `[batch, …, channels]` of rank 2 or more.
 *
 * **Differentiable:** to any order, on every backend.
 *
 * @see Karras et al. 2018, arXiv 1710.10196, section 4.2
 */
export class PixelNormalization extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitPixelNormalization';
  readonly epsilon: number;

  constructor(options: PixelNormalizationOptions = {}) {
    const { epsilon } = readLayerOptions('pixelNormalization', options, {
      epsilon: number({ above: 0, default: 1e-8 }),
    });
    super(options);
    this.epsilon = epsilon;
    register(PixelNormalization);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    if (inputShape.length < 2)
      fail(
        'shape',
        'pixelNormalization',
        'inputShape',
        '[batch, …, channels] of rank 2 or more',
        inputShape,
      );
    return inputShape;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor('pixelNormalization', inputs);
    this.computeOutputShape(x.shape);
    return pixelNormalize(x, this.epsilon);
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon };
  }
}

/**
 * Makes a {@link PixelNormalization} layer.
 *
 * @param options `epsilon` > 0 (default 1e-8).
 * @returns The layer.
 * @throws GanKitError if an option is out of range.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { pixelNormalization } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const y = pixelNormalization().apply(tensor2d([[1, 7]])) as Tensor;
 * console.log(await y.data()); // → Float32Array(2) [ 0.2, 1.4 ]
 * ```
 *
 * @see Karras et al. 2018, arXiv 1710.10196
 */
export function pixelNormalization(options: PixelNormalizationOptions = {}): PixelNormalization {
  return new PixelNormalization(options);
}
