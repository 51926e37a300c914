import { fail } from '../../internal/check.js';
import { boolean, given, integer, oneOf, seed } from '../../internal/option_kinds.js';
import type { Option, OptionsOf, SchemaOf, SchemaRead } from '../../internal/read_options.js';
import { ALPHAS } from './colours.js';
import { imageSizes, preprocessOption } from './image_sizes.js';
import type { SizeDefaults } from './image_sizes.js';
import type { Keep } from './picture.js';
import type { Preparation, Sides } from './preparation.js';

/** The options that all data sets of images have in common. */
export interface ImageReadingOptions {
  /**
   * The way to bring an image to size, as in pytorch-CycleGAN-and-pix2pix. `'resize_and_crop'`, the default:
   * resize to `load`, then crop to `crop`. `'crop'`: only crop. `'scale_width'`: scale to the width `load` and
   * the height in proportion, which is at least that of `crop`. `'scale_width_and_crop'`: scale so, then crop.
   * `'none'`: keep the whole image, with its sides rounded to multiples of 4.
   */
  preprocess?: 'resize_and_crop' | 'crop' | 'scale_width' | 'scale_width_and_crop' | 'none';
  /**
   * The size to which each image is resized first, bicubically: the side of a square, or `[height, width]`, in
   * pixels; false for no resizing.
   */
  load?: number | readonly [height: number, width: number] | false;
  /** The size of what is then cut out at random: the side of a square, or `[height, width]`, in pixels. */
  crop?: number | readonly [height: number, width: number];
  /** Whether half of the images are mirrored, left to right. */
  flip?: boolean;
  /**
   * The treatment of alpha: `'drop'`, the default, removes it, as PIL does; `'keep'` makes it one more channel,
   * opaque if a file has none; `'white'` and `'black'` lay the image over that colour.
   */
  alpha?: 'drop' | 'keep' | 'white' | 'black';
  /**
   * The number of bits of a sample that are used: 8, the default, or 9 to 16 to keep the values of 16-bit files.
   * White is then 2^bits − 1; data of many cameras and scanners have 12 bits.
   */
  bits?: number;
  /** Whether epochs come in random order; default true. */
  shuffle?: boolean;
  /** The seed of all random decisions, an integer from 0 on; default 0. */
  seed?: number;
  /**
   * The treatment of a file that is not an image or is too small: `'refuse'`, the default, throws an error;
   * `'skip'` removes the file from the order.
   */
  onCorrupt?: 'refuse' | 'skip';
  /** Whether the next batch is read while one is in use; default true. */
  prefetch?: boolean;
}

/**
 * The options that paired and unpaired images have in common. By default `load` is 286, `crop` 256 and `flip`
 * true.
 */
export interface ImageSetOptions extends ImageReadingOptions {
  /** The number of channels of `a`: 3, RGB, the default, or 1, grey; alpha, if it is kept, is one more. */
  channelsA?: 1 | 3;
  /** The number of channels of `b`: 3, RGB, the default, or 1, grey; alpha, if it is kept, is one more. */
  channelsB?: 1 | 3;
}

/** Makes the reader of an option for the number of channels. */
export const channelsOption = (): Option<1 | 3> => {
  const usual = 3;
  return (where, parameter, value = usual) => {
    if (value !== 1 && value !== 3) fail('value', where, parameter, '1 or 3', value);
    return value;
  };
};

/** The schema of the options about a single file: what is kept of it, and what happens if it cannot be read. */
export const FILE_READING: SchemaRead<Pick<ImageReadingOptions, 'alpha' | 'bits' | 'onCorrupt'>> = {
  alpha: oneOf(ALPHAS, { default: 'drop' }),
  bits: integer({ min: 8, max: 16, default: 8 }),
  onCorrupt: oneOf(['refuse', 'skip'], { default: 'refuse' }),
};

/** The schema of {@link ImageReadingOptions}; `load` and `crop` may be omitted. */
type ImageReading = SchemaRead<Omit<ImageReadingOptions, 'load' | 'crop'>> &
  SchemaOf<Pick<ImageReadingOptions, 'load' | 'crop'>>;

/** Makes the schema of {@link ImageReadingOptions}; sizes are checked later, together, by {@link imageSizes}. */
export const imageReading = (defaults: ImageSetDefaults): ImageReading => ({
  preprocess: preprocessOption(),
  load: given<Sides | false | undefined>(),
  crop: given<Sides | undefined>(),
  flip: boolean({ default: defaults.flip }),
  ...FILE_READING,
  shuffle: boolean({ default: true }),
  seed: seed(),
  prefetch: boolean({ default: true }),
});

/** The settings that follow from {@link ImageReadingOptions}, checked and with their defaults. */
export interface ImageSetSettings extends Required<Omit<Preparation, 'bits'>> {
  readonly bits?: number;
  readonly keep: Keep;
}

/** {@link ImageReadingOptions} with their defaults. */
export type ReadImageOptions = OptionsOf<ImageReading>;

/** The defaults that differ between kinds of data sets. */
export interface ImageSetDefaults extends SizeDefaults {
  readonly flip: boolean;
}

/** The defaults of pix2pix and CycleGAN. */
export const TRANSLATION_DEFAULTS: ImageSetDefaults = {
  crop: 256,
  load: (crop) => (typeof crop === 'number' ? 286 : [larger(crop[0]), larger(crop[1])]),
  flip: true,
};
const larger = (side: number) => Math.round((side * 286) / 256);

/** The schema of {@link ImageSetOptions}. */
export const IMAGE_SET: ImageReading &
  SchemaRead<Pick<ImageSetOptions, 'channelsA' | 'channelsB'>> = {
  ...imageReading(TRANSLATION_DEFAULTS),
  channelsA: channelsOption(),
  channelsB: channelsOption(),
};

/** Returns the settings for reading images and bringing them to size. */
export function imageSetSettings(
  where: string,
  options: ReadImageOptions,
  defaults: ImageSetDefaults,
): ImageSetSettings {
  const deep = options.bits > 8;
  return {
    ...imageSizes(where, options, defaults),
    alpha: options.alpha,
    ...(deep && { bits: options.bits }),
    keep: { deep, transparency: options.alpha !== 'drop' },
  };
}
