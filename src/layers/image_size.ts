import type { Tensor, serialization } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { LayersModel, Shape } from '@tensorflow/tfjs-layers';
import { checkSizes } from '../internal/image_sizes.js';
import type { ImageSizes } from '../internal/image_sizes.js';
import { integer, string } from '../internal/option_kinds.js';
import { readLayerOptions } from './layer_options.js';
import { register } from './serialization/register_class.js';
import { onlyTensor } from './only_tensor.js';

/** Options of {@link ImageSize}. */
export interface ImageSizeOptions extends ImageSizes {
  /** The function that makes the network, for error messages. */
  readonly maker: string;
  /** `[height, width, channels]`, for the first layer of a model; `null` for a free height or width. */
  readonly inputShape?: (number | null)[];
  /** The layer's name. */
  readonly name?: string;
}

/**
 * A layer `y = x` that refuses images whose height or width does not fit a network of free size. Its message names
 * the sizes that fit; without it, tfjs would fail somewhere inside the network.
 */
export class ImageSize extends layers.Layer implements ImageSizes {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitImageSize';
  readonly multipleOf: number;
  readonly least: number;
  readonly maker: string;

  constructor(options: ImageSizeOptions) {
    const { multipleOf, least, maker } = readLayerOptions('imageSize', options, {
      multipleOf: integer({ min: 1 }),
      least: integer({ min: 1 }),
      maker: string(),
    });
    super(options);
    this.multipleOf = multipleOf;
    this.least = least;
    this.maker = maker;
    register(ImageSize);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const images = onlyTensor(this.maker, inputs);
    this.check(this.maker, 'images', images);
    return images;
  }

  /** Refuses images of a size that does not fit. */
  check(where: string, parameter: string, images: Tensor): void {
    checkSizes(where, parameter, images.shape.slice(1, 3), this, { received: images });
  }

  override getConfig(): serialization.ConfigDict {
    const { multipleOf, least, maker } = this;
    return { ...super.getConfig(), multipleOf, least, maker };
  }
}

/** Refuses images of a size that the model does not accept; the message uses the caller's `where` and `parameter`. */
export function checkImageSize(
  where: string,
  parameter: string,
  images: Tensor,
  model: LayersModel,
): void {
  for (const layer of model.layers)
    if (layer instanceof ImageSize) layer.check(where, parameter, images);
}
