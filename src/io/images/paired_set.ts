import { oneOf } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import type { OptionsOf, SchemaRead } from '../../internal/read_options.js';
import type { ImageDecoder } from './decode_image.js';
import { imageDecoder } from './decode_image.js';
import { epochOrder } from './epoch_order.js';
import { imageDataSet } from './image_data_set.js';
import type { ImageDataSet } from './image_data_set.js';
import type { ImageListing } from './image_listing.js';
import { IMAGE_SET, imageSetSettings, TRANSLATION_DEFAULTS } from './image_set_options.js';
import type { ImageSetOptions } from './image_set_options.js';
import { ImageSources } from './image_sources.js';
import type { Picture } from './picture.js';
import { checkBits, halvesOf, prepareImage } from './prepare_image.js';
import { checkFits, cutOf } from './preparation.js';
import { SampleOrder } from './sample_order.js';

/** Options of paired images from any source. */
export interface PairedSetOptions extends ImageSetOptions {
  /** The half of a file that is `a`: the left one for `'a-to-b'`, the default, the right one for `'b-to-a'`. */
  direction?: 'a-to-b' | 'b-to-a';
}

/** The schema of {@link PairedSetOptions}. */
export const PAIRED_SET: typeof IMAGE_SET & SchemaRead<Pick<PairedSetOptions, 'direction'>> = {
  ...IMAGE_SET,
  direction: oneOf(['a-to-b', 'b-to-a'], { default: 'a-to-b' }),
};

/** Makes a data set of pairs that are side by side in one file; both halves are cropped and flipped alike. */
export function pairedSet(
  where: string,
  { sources: list, passedOver }: ImageListing,
  decodeJPEG: ImageDecoder,
  options: OptionsOf<typeof PAIRED_SET>,
): ImageDataSet<readonly string[]> {
  const settings = imageSetSettings(where, options, TRANSLATION_DEFAULTS);
  const { direction, channelsA, channelsB, flip, seed, shuffle, onCorrupt, prefetch } = options;
  const stream = new RandomStream(seed, where);
  const chances = stream.fork('crops');
  const notes = { skipped: new Map<string, string>(), warnings: new Map<string, string>() };
  const check = (image: Picture) => {
    checkBits(image, settings.bits);
    checkFits(halvesOf(image)[0], settings);
  };
  const decode = imageDecoder(decodeJPEG, settings.keep);
  const sources = new ImageSources(where, list, { decode, check, onCorrupt, ...notes });
  const order = new SampleOrder(sources, epochOrder(stream.fork('order'), list.length, shuffle));
  return imageDataSet(where, {
    length: () => sources.length,
    ...{ files: sources.names, passedOver, ...notes, domains: ['a', 'b'], prefetch },
    async sample(n) {
      const [x, y, f] = chances.seek(n).uniformValues(3) as unknown as [number, number, number];
      const chance = { x, y, flip: flip && f < 0.5 };
      const [left, right] = halvesOf(await order.image(n));
      const cut = cutOf(left, settings, chance);
      const [a, b] = direction === 'a-to-b' ? [left, right] : [right, left];
      return {
        a: prepareImage(a, channelsA, settings, cut),
        b: prepareImage(b, channelsB, settings, cut),
      };
    },
  });
}
