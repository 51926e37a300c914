import { RandomStream } from '../../internal/random.js';
import type { OptionsOf } from '../../internal/read_options.js';
import type { ImageDecoder } from './decode_image.js';
import { imageDecoder } from './decode_image.js';
import { epochOrder } from './epoch_order.js';
import { imageDataSet } from './image_data_set.js';
import type { ImageDataSet } from './image_data_set.js';
import { bothPassedOver } from './image_listing.js';
import type { ImageListing } from './image_listing.js';
import { imageSetSettings, TRANSLATION_DEFAULTS } from './image_set_options.js';
import type { IMAGE_SET } from './image_set_options.js';
import { ImageSources } from './image_sources.js';
import type { Picture } from './picture.js';
import { checkBits, prepareImage } from './prepare_image.js';
import { checkFits, cutOf } from './preparation.js';
import { SampleOrder } from './sample_order.js';

/** The names of the files of both domains. */
export interface UnpairedNames {
  readonly a: readonly string[];
  readonly b: readonly string[];
}

/** Makes a data set of images of two domains that are independent of each other. */
export function unpairedSet(
  where: string,
  listings: Readonly<Record<'a' | 'b', ImageListing>>,
  decodeJPEG: ImageDecoder,
  options: OptionsOf<typeof IMAGE_SET>,
): ImageDataSet<UnpairedNames> {
  const settings = imageSetSettings(where, options, TRANSLATION_DEFAULTS);
  const { channelsA, channelsB, flip, seed, shuffle, onCorrupt, prefetch } = options;
  const passedOver = bothPassedOver(listings.a.passedOver, listings.b.passedOver);
  const stream = new RandomStream(seed, where);
  const chances = stream.fork('crops');
  const standIns = stream.fork('stand-ins');
  const notes = { skipped: new Map<string, string>(), warnings: new Map<string, string>() };
  const check = (image: Picture) => {
    checkBits(image, settings.bits);
    checkFits(image, settings);
  };
  const decode = imageDecoder(decodeJPEG, settings.keep);
  const open = ({ sources }: ImageListing) =>
    new ImageSources(where, sources, { decode, check, onCorrupt, ...notes });
  const [a, b] = [open(listings.a), open(listings.b)];
  const places = Math.max(a.length, b.length);
  const order = (sources: ImageSources) => {
    // as in the reference if no file can leave the order; otherwise each domain has its own epochs
    const files = sources.names.length;
    const place = epochOrder(stream.fork('order'), sources.refuses ? places : files, shuffle);
    return new SampleOrder(sources, (n) => place(n) % files);
  };
  const [orderA, orderB] = [order(a), order(b)];

  /** Reads the image at a fraction of B, or the first usable one in a random order if that one is skipped. */
  const drawn = async (n: number, share: number): Promise<Picture> => {
    const image = await b.read(Math.floor(share * b.names.length));
    if (image !== undefined) return image;
    for (const file of standIns.seek(n).permutation(b.names.length)) {
      const other = await b.read(file);
      if (other !== undefined) return other;
    }
    return b.failWithoutAny();
  };

  return imageDataSet(where, {
    length: () => Math.max(a.length, b.length),
    files: { a: a.names, b: b.names },
    ...{ passedOver, ...notes, domains: ['a', 'b'], prefetch },
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
      const ofA = { x: xa, y: ya, flip: flip && fa < 0.5 };
      const ofB = { x: xb, y: yb, flip: flip && fb < 0.5 };
      const imageA = await orderA.image(n);
      const imageB = await (shuffle ? drawn(n, other) : orderB.image(n));
      return {
        a: prepareImage(imageA, channelsA, settings, cutOf(imageA, settings, ofA)),
        b: prepareImage(imageB, channelsB, settings, cutOf(imageB, settings, ofB)),
      };
    },
  });
}
