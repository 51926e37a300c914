import { checkBoolean, checkNumber, checkOneOf, fail } from '../../internal/check.js';
import { ALPHAS } from './colours.js';
import type { ImageChannels } from './colours.js';
import { imageSizes } from './image_sizes.js';
import type { SizeDefaults } from './image_sizes.js';
import type { OnCorrupt } from './image_sources.js';
import type { Keep } from './picture.js';
import type { Preparation } from './preparation.js';

/** What images for training have in common. */
export interface ImageReadingOptions {
  /**
   * How an image is brought to size, as in pytorch-CycleGAN-and-pix2pix. `'resize_and_crop'`, the
   * default: resized to `load`, then cropped to `crop`. `'crop'`: cropped alone. `'scale_width'`: to
   * the width `load` and, in proportion, at least the height of `crop`. `'scale_width_and_crop'`: both.
   * `'none'`: whole, but for sides that become multiples of 4.
   */
  preprocess?: 'resize_and_crop' | 'crop' | 'scale_width' | 'scale_width_and_crop' | 'none';
  /** To what each image is resized first, bicubically: the side of a square, or `[height, width]`; in
   * pixels. False: not at all. */
  load?: number | readonly [height: number, width: number] | false;
  /** What is then cut out at random: the side of a square, or `[height, width]`; in pixels. */
  crop?: number | readonly [height: number, width: number];
  /** Whether half of the images are mirrored, left to right. */
  flip?: boolean;
  /** What becomes of alpha: `'drop'`, the default, as by PIL; `'keep'` as one more channel, opaque where
   * a file has none; `'white'` or `'black'`: the image is laid over it. */
  alpha?: 'drop' | 'keep' | 'white' | 'black';
  /** Bits of a sample that are used: 8, the default; 9 to 16 keep the values of 16-bit files, of which
   * 2^bits − 1 is white, such as 12 for the data of many cameras and scanners. */
  bits?: number;
  /** Whether epochs come in random order; default true. */
  shuffle?: boolean;
  /** Any integer from 0 on; default 0. */
  seed?: number;
  /** What happens at a file that is no image or too small: `'refuse'`, the default; `'skip'` takes it
   * out of the order. */
  onCorrupt?: 'refuse' | 'skip';
  /** Whether the next batch is read while one is in use; default true. */
  prefetch?: boolean;
}

/** What paired and unpaired images have in common: `load` 286, `crop` 256 and `flip` true by default. */
export interface ImageSetOptions extends ImageReadingOptions {
  /** Channels of `a`: 3, RGB, the default, or 1, grey; alpha, if kept, is one more. */
  channelsA?: 1 | 3;
  /** Channels of `b`: 3, RGB, the default, or 1, grey; alpha, if kept, is one more. */
  channelsB?: 1 | 3;
}

export const IMAGE_READING_OPTIONS: readonly string[] = [
  ...['load', 'crop', 'preprocess', 'flip', 'alpha', 'bits'],
  ...['shuffle', 'seed', 'onCorrupt', 'prefetch'],
];
export const IMAGE_SET_OPTIONS: readonly string[] = [
  ...IMAGE_READING_OPTIONS,
  ...['channelsA', 'channelsB'],
];

/** {@link ImageReadingOptions}, checked, with their defaults. */
export interface ImageSetSettings extends Required<Omit<Preparation, 'bits'>> {
  readonly bits?: number;
  readonly keep: Keep;
  readonly flip: boolean;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly onCorrupt: OnCorrupt;
  readonly prefetch: boolean;
}

/** What differs between kinds of data sets. */
export interface ImageSetDefaults extends SizeDefaults {
  readonly flip: boolean;
}

/** Those of pix2pix and CycleGAN. */
export const TRANSLATION_DEFAULTS: ImageSetDefaults = {
  crop: 256,
  load: (crop) => (typeof crop === 'number' ? 286 : [larger(crop[0]), larger(crop[1])]),
  flip: true,
};
const larger = (side: number) => Math.round((side * 286) / 256);

export function imageSetSettings(
  where: string,
  options: ImageReadingOptions,
  defaults: ImageSetDefaults,
): ImageSetSettings {
  const { flip = defaults.flip, shuffle = true, seed = 0 } = options;
  const { onCorrupt = 'refuse', prefetch = true, alpha = 'drop', bits = 8 } = options;
  const sizes = imageSizes(where, options, defaults);
  checkBoolean(where, 'flip', flip);
  checkOneOf(where, 'alpha', alpha, ALPHAS);
  checkNumber(where, 'bits', bits, { integer: true, min: 8, max: 16 });
  checkBoolean(where, 'shuffle', shuffle);
  checkOneOf(where, 'onCorrupt', onCorrupt, ['refuse', 'skip']);
  checkBoolean(where, 'prefetch', prefetch);
  const deep = bits > 8;
  return {
    ...{ ...sizes, alpha, flip, shuffle, seed, onCorrupt, prefetch },
    ...(deep && { bits }),
    keep: { deep, transparency: alpha !== 'drop' },
  };
}

/** Channels of one domain. */
export function checkChannels(where: string, name: string, channels: number): void {
  if (channels !== 1 && channels !== 3) fail('value', where, name, '1 or 3', channels);
}

export function channelsOfDomains(
  where: string,
  options: ImageSetOptions,
): Record<'a' | 'b', ImageChannels> {
  const { channelsA = 3, channelsB = 3 } = options;
  checkChannels(where, 'channelsA', channelsA);
  checkChannels(where, 'channelsB', channelsB);
  return { a: channelsA, b: channelsB };
}
