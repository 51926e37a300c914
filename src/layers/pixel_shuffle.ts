import { reshape, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { Shape } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { integer } from '../internal/option_kinds.js';
import { readLayerOptions } from './layer_options.js';
import { register } from './serialization/register_class.js';
import { onlyTensor } from './only_tensor.js';

/** Options of {@link pixelShuffle}. */
export interface PixelShuffleOptions {
  /** The factor r by which height and width grow, an integer, 1 or more. */
  factor: number;
  /** The layer's name. */
  name?: string;
  /** `[height, width, channels]`, for the first layer of a model. */
  inputShape?: number[];
}

/**
 * A rearrangement of one pixel of r² channels to r × r pixels of one channel: sub-pixel convolution
 * without the convolution.
 *
 * `y[n, r·p + i, r·q + j, c] = x[n, p, q, r²·c + r·i + j]`. The order of the channels is that of
 * PyTorch's PixelShuffle, so that the kernels before it can be exchanged with PyTorch. For C output
 * channels, `tf.depthToSpace` reads channel `C·(r·i + j) + c` instead.
 *
 * Input `[batch, height, width, r²·channels]`, output `[batch, r·height, r·width, channels]`. There are
 * no weights.
 *
 * **Differentiable:** to any order, on every backend.
 *
 * @see Shi et al. 2016, arXiv 1609.05158, equation 4
 */
export class PixelShuffle extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitPixelShuffle';
  readonly factor: number;

  constructor(options: PixelShuffleOptions) {
    const { factor } = readLayerOptions('pixelShuffle', options, { factor: integer({ min: 1 }) });
    super(options);
    this.factor = factor;
    register(PixelShuffle);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const { factor } = this;
    const [batch, height, width, depth] = inputShape as Shape;
    if (inputShape.length !== 4 || typeof depth !== 'number' || depth % factor ** 2 !== 0)
      fail(
        'shape',
        'pixelShuffle',
        'inputShape',
        `[batch, height, width, channels] with a multiple of ${factor ** 2} channels`,
        inputShape,
      );
    const times = (size: number | null) => (size === null ? null : size * factor);
    return [batch!, times(height!), times(width!), depth / factor ** 2];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor('pixelShuffle', inputs);
    return tidy(() => {
      const r = this.factor;
      const shape = this.computeOutputShape(x.shape) as number[];
      const [batch, height, width] = x.shape as [number, number, number];
      const pixels = reshape(x, [batch, height, width, shape[3]!, r, r]);
      return reshape(transpose(pixels, [0, 1, 4, 2, 5, 3]), shape);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), factor: this.factor };
  }
}

/**
 * Makes a {@link PixelShuffle} layer.
 *
 * @param options `factor`, an integer, 1 or more.
 * @returns The layer.
 * @throws GanKitError if the factor is out of range, or at the first call, if its square does not divide
 *   the number of channels.
 *
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { pixelShuffle } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const y = pixelShuffle({ factor: 2 }).apply(tensor4d([1, 2, 3, 4], [1, 1, 1, 4])) as Tensor;
 * console.log(y.shape); // → [ 1, 2, 2, 1 ]
 * ```
 *
 * @see Shi et al. 2016, arXiv 1609.05158
 */
export function pixelShuffle(options: PixelShuffleOptions): PixelShuffle {
  return new PixelShuffle(options);
}
