import { tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D, serialization } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { Shape } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { oneOf } from '../internal/option_kinds.js';
import { doubleSize } from '../ops/double_size.js';
import { readLayerOptions } from './layer_options.js';
import { onlyTensor } from './only_tensor.js';
import { register } from './serialization/register_class.js';

/** Options of {@link upSampling2d}. */
export interface UpSampling2DOptions {
  /** `'nearest'` (the default) repeats each pixel, `'bilinear'` interpolates between pixel centers. */
  interpolation?: 'nearest' | 'bilinear';
  /** The layer's name. */
  name?: string;
  /** `[height, width, channels]`, for the first layer of a model. */
  inputShape?: number[];
}

/**
 * Doubles the height and width of images.
 *
 * Along the rows, then along the columns: with `'nearest'` `y[2p] = y[2p + 1] = x[p]`, with `'bilinear'`
 * `y[2p] = ¼ x[p − 1] + ¾ x[p]` and `y[2p + 1] = ¾ x[p] + ¼ x[p + 1]`, where the border pixel stands in for
 * pixels beyond it. Both are PyTorch's `interpolate(x, scale_factor=2, mode=…, align_corners=False)`.
 *
 * Input `[batch, height, width, channels]`, output `[batch, 2·height, 2·width, channels]`. There are no weights.
 *
 * **Differentiable:** to any order, on every backend. (The layer of tfjs has other pixel centers with
 * `'bilinear'`.)
 */
export class UpSampling2D extends layers.Layer {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitUpSampling2D';
  readonly interpolation: NonNullable<UpSampling2DOptions['interpolation']>;

  constructor(options: UpSampling2DOptions = {}) {
    const { interpolation } = readLayerOptions('upSampling2d', options, {
      interpolation: oneOf(['nearest', 'bilinear'], { default: 'nearest' }),
    });
    super(options);
    this.interpolation = interpolation;
    register(UpSampling2D);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    if (inputShape.length !== 4)
      fail('shape', 'upSampling2d', 'inputShape', '[batch, height, width, channels]', inputShape);
    const [batch, height, width, channels] = inputShape as Shape;
    const twice = (size: number | null) => (size === null ? null : 2 * size);
    return [batch!, twice(height!), twice(width!), channels!];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = onlyTensor('upSampling2d', inputs) as Tensor4D;
    this.computeOutputShape(x.shape); // refuses another rank
    return tidy(() => doubleSize(x, this.interpolation));
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), interpolation: this.interpolation };
  }
}

/**
 * Makes an {@link UpSampling2D} layer.
 *
 * @param options See {@link UpSampling2DOptions}.
 * @returns The layer.
 * @throws GanKitError if an option is not one of those.
 *
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { upSampling2d } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const y = upSampling2d({ interpolation: 'bilinear' }).apply(tensor4d([4, 8], [1, 1, 2, 1])) as Tensor;
 * console.log(await y.data()); // → Float32Array(8) [ 4, 5, 7, 8, 4, 5, 7, 8 ]
 * ```
 *
 * @see Odena et al. 2016, "Deconvolution and Checkerboard Artifacts", doi 10.23915/distill.00003
 */
export function upSampling2d(options: UpSampling2DOptions = {}): UpSampling2D {
  return new UpSampling2D(options);
}
