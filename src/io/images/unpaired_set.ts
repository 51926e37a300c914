import { RandomStream } from '../../internal/random.js';
import type { ImageDecoder } from './decode_image.js';
import { epochOrder } from './epoch_order.js';
import { imageDataSet } from './image_data_set.js';
import type { ImageDataSet } from './image_data_set.js';
import { bothPassedOver } from './image_listing.js';
import type { ImageListing } from './image_listing.js';
import { imageSetSettings } from './image_set_options.js';
import type { ImageSetOptions } from './image_set_options.js';
import { ImageSources } from './image_sources.js';
import { cutOf, prepareImage } from './prepare_image.js';

/** The files of both domains. */
export interface UnpairedNames {
  readonly a: readonly string[];
  readonly b: readonly string[];
}

/** Images of two domains that have nothing to do with each other. */
export function unpairedSet(
  where: string,
  listings: Readonly<Record<'a' | 'b', ImageListing>>,
  decode: ImageDecoder,
  options: ImageSetOptions,
): ImageDataSet<UnpairedNames> {
  const settings = imageSetSettings(where, options);
  const { channels, crop, flip, seed, shuffle, onCorrupt, prefetch } = settings;
  const lists = { a: listings.a.sources, b: listings.b.sources };
  const passedOver = bothPassedOver(listings.a.passedOver, listings.b.passedOver);
  const length = Math.max(lists.a.length, lists.b.length);
  const stream = new RandomStream(seed, where);
  const chances = stream.fork('crops');
  const place = epochOrder(stream.fork('order'), length, shuffle);
  const skipped = new Map<string, string>();
  const [a, b] = [lists.a, lists.b].map(
    (list) => new ImageSources(where, list, decode, onCorrupt, skipped),
  ) as [ImageSources, ImageSources];
  return imageDataSet(where, {
    ...{ length, files: { a: a.names, b: b.names }, passedOver, skipped },
    ...{ crop, channels, prefetch },
    async sample(n) {
      const [xa, ya, fa, xb, yb, fb, other] = chances.seek(n).uniformValues(7) as unknown as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const index = place(n);
      const partner = shuffle ? Math.floor(other * lists.b.length) : index;
      const ofA = { x: xa, y: ya, flip: flip && fa < 0.5 };
      const ofB = { x: xb, y: yb, flip: flip && fb < 0.5 };
      return {
        a: await a.use(index % lists.a.length, (image) =>
          prepareImage(image, channels.a, settings, cutOf(image, settings, ofA)),
        ),
        b: await b.use(partner % lists.b.length, (image) =>
          prepareImage(image, channels.b, settings, cutOf(image, settings, ofB)),
        ),
      };
    },
  });
}
