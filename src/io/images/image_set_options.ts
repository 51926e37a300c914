import { checkBoolean, checkNumber, checkOneOf, fail } from '../../internal/check.js';
import type { OnCorrupt } from './image_sources.js';
import type { ImageChannels } from './prepare_image.js';

/** What paired and unpaired images have in common. */
export interface ImageSetOptions {
  /** Side to which each image is resized first, bicubically; default 286. False: not at all. */
  load?: number | false;
  /** Side of the square that is then cut out at random; default 256. */
  crop?: number;
  /** Whether half of the images are mirrored, left to right; default true. */
  flip?: boolean;
  /** Channels of `a`: 3, RGB, the default, or 1, grey. */
  channelsA?: 1 | 3;
  /** Channels of `b`: 3, RGB, the default, or 1, grey. */
  channelsB?: 1 | 3;
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

export const IMAGE_SET_OPTIONS: readonly string[] = [
  ...['load', 'crop', 'flip', 'channelsA', 'channelsB'],
  ...['shuffle', 'seed', 'onCorrupt', 'prefetch'],
];

/** {@link ImageSetOptions}, checked, with its defaults. */
export interface ImageSetSettings {
  readonly load: number | false;
  readonly crop: number;
  readonly flip: boolean;
  readonly channels: { readonly a: ImageChannels; readonly b: ImageChannels };
  readonly shuffle: boolean;
  readonly seed: number;
  readonly onCorrupt: OnCorrupt;
  readonly prefetch: boolean;
}

export function imageSetSettings(where: string, options: ImageSetOptions): ImageSetSettings {
  const { load = 286, crop = 256, flip = true, channelsA = 3, channelsB = 3 } = options;
  const { shuffle = true, seed = 0, onCorrupt = 'refuse', prefetch = true } = options;
  checkNumber(where, 'crop', crop, { integer: true, min: 1 });
  if (load !== false)
    checkNumber(where, 'load', load, {
      integer: true,
      min: crop,
      advice: 'The crop is cut out of the resized image; `load: false` leaves images as they are.',
    });
  checkBoolean(where, 'flip', flip);
  for (const [name, channels] of Object.entries({ channelsA, channelsB }))
    if (channels !== 1 && channels !== 3) fail('value', where, name, '1 or 3', channels);
  checkBoolean(where, 'shuffle', shuffle);
  checkOneOf(where, 'onCorrupt', onCorrupt, ['refuse', 'skip']);
  checkBoolean(where, 'prefetch', prefetch);
  const channels = { a: channelsA, b: channelsB };
  return { load, crop, flip, channels, shuffle, seed, onCorrupt, prefetch };
}
