import type { Tensor4D } from '@tensorflow/tfjs-core';
import { RandomStream } from '../../internal/random.js';
import type { OptionsOf, SchemaRead } from '../../internal/read_options.js';
import { imageDecoder } from './decode_image.js';
import type { ImageDecoder } from './decode_image.js';
import { epochOrder } from './epoch_order.js';
import { imageDataSet } from './image_data_set.js';
import type { ImageDataSet } from './image_data_set.js';
import type { ImageListing } from './image_listing.js';
import { channelsOption, imageReading, imageSetSettings } from './image_set_options.js';
import type { ImageReadingOptions, ImageSetDefaults } from './image_set_options.js';
import { ImageSources } from './image_sources.js';
import type { Picture } from './picture.js';
import { checkBits, prepareImage } from './prepare_image.js';
import { checkFits, cutOf } from './preparation.js';
import { SampleOrder } from './sample_order.js';

/**
 * Options of images for a GAN, from any source. By default `crop` is 64, `load` is as `crop`, and `flip` is
 * false.
 */
export interface TrainingSetOptions extends ImageReadingOptions {
  /** The number of channels: 3, RGB, the default, or 1, grey; alpha, if it is kept, is one more. */
  channels?: 1 | 3;
}

/** A batch of real images, as `createGAN` takes it. */
export interface RealBatch {
  /** `[size, height, width, channels]`, values in [−1, 1]; the caller owns it. */
  readonly real: Tensor4D;
}

const DEFAULTS: ImageSetDefaults = { crop: 64, load: (crop) => crop, flip: false };

/** The schema of {@link TrainingSetOptions}. */
export const TRAINING_SET: ReturnType<typeof imageReading> &
  SchemaRead<Pick<TrainingSetOptions, 'channels'>> = {
  ...imageReading(DEFAULTS),
  channels: channelsOption(),
};

/** Makes a data set of images of one domain. */
export function trainingSet(
  where: string,
  { sources: list, passedOver }: ImageListing,
  decodeJPEG: ImageDecoder,
  options: OptionsOf<typeof TRAINING_SET>,
): ImageDataSet<readonly string[], RealBatch> {
  const settings = imageSetSettings(where, options, DEFAULTS);
  const { channels, flip, seed, shuffle, onCorrupt, prefetch } = options;
  const stream = new RandomStream(seed, where);
  const chances = stream.fork('crops');
  const notes = { skipped: new Map<string, string>(), warnings: new Map<string, string>() };
  const check = (image: Picture) => {
    checkBits(image, settings.bits);
    checkFits(image, settings);
  };
  const decode = imageDecoder(decodeJPEG, settings.keep);
  const sources = new ImageSources(where, list, { decode, check, onCorrupt, ...notes });
  const order = new SampleOrder(sources, epochOrder(stream.fork('order'), list.length, shuffle));
  return imageDataSet(where, {
    length: () => sources.length,
    ...{ files: sources.names, passedOver, ...notes, domains: ['real'], prefetch },
    async sample(n) {
      const [x, y, f] = chances.seek(n).uniformValues(3) as unknown as [number, number, number];
      const image = await order.image(n);
      const cut = cutOf(image, settings, { x, y, flip: flip && f < 0.5 });
      return { real: prepareImage(image, channels, settings, cut) };
    },
  });
}
