import { fail } from '../../internal/check.js';
import { boolean, given, integer, oneOf, seed } from '../../internal/option_kinds.js';
import type { Option, OptionsOf, SchemaOf, SchemaRead } from '../../internal/read_options.js';
import { ALPHAS } from './colours.js';
import { imageSizes, preprocessOption } from './image_sizes.js';
import type { SizeDefaults } from './image_sizes.js';
import type { Keep } from './picture.js';
import type { Preparation, Sides } from './preparation.js';

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

/** Reads which channels images have. */
export const channelsOption = (): Option<1 | 3> => {
  const usual = 3;
  return (where, parameter, value = usual) => {
    if (value !== 1 && value !== 3) fail('value', where, parameter, '1 or 3', value);
    return value;
  };
};

/** Of a file what is kept, and what is done where it cannot be read. */
export const FILE_READING: SchemaRead<Pick<ImageReadingOptions, 'alpha' | 'bits' | 'onCorrupt'>> = {
  alpha: oneOf(ALPHAS, { default: 'drop' }),
  bits: integer({ min: 8, max: 16, default: 8 }),
  onCorrupt: oneOf(['refuse', 'skip'], { default: 'refuse' }),
};

/** The schema of {@link ImageReadingOptions}: what is cut and to what size it is resized may be left out. */
type ImageReading = SchemaRead<Omit<ImageReadingOptions, 'load' | 'crop'>> &
  SchemaOf<Pick<ImageReadingOptions, 'load' | 'crop'>>;

/** How {@link ImageReadingOptions} are read; sizes are checked together, by {@link imageSizes}. */
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

/** {@link ImageReadingOptions}, checked, with their defaults. */
export interface ImageSetSettings extends Required<Omit<Preparation, 'bits'>> {
  readonly bits?: number;
  readonly keep: Keep;
}

/** {@link ImageReadingOptions} with their defaults. */
export type ReadImageOptions = OptionsOf<ImageReading>;

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

/** How {@link ImageSetOptions} are read. */
export const IMAGE_SET: ImageReading &
  SchemaRead<Pick<ImageSetOptions, 'channelsA' | 'channelsB'>> = {
  ...imageReading(TRANSLATION_DEFAULTS),
  channelsA: channelsOption(),
  channelsB: channelsOption(),
};

/** What images are read and brought to size by. */
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
