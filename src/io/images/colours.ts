import { laidOver, withoutAlpha } from './alpha.js';
import { samplesLike } from './picture.js';
import type { Picture, Samples } from './picture.js';

/** The number of colour channels that a network sees: 1 for grey, 3 for RGB. */
export type ImageChannels = 1 | 3;

/**
 * The treatment of alpha: `'drop'` removes it, as PIL's `convert('RGB')` does; `'keep'` makes it one more
 * channel; `'white'` and `'black'` lay the picture over that colour.
 */
export type Alpha = 'drop' | 'keep' | 'white' | 'black';

export const ALPHAS: readonly Alpha[] = ['drop', 'keep', 'white', 'black'];

/**
 * Converts a picture to grey or RGB. If alpha is kept, it is one more channel, opaque if the picture has none.
 *
 * @param opaque The sample value of full opacity: 255 for 8 bits.
 */
export function withColours(
  image: Picture,
  channels: ImageChannels,
  alpha: Alpha = 'drop',
  opaque = 255,
): Picture {
  if (alpha === 'keep') return coloursAndAlpha(image, channels, opaque);
  const flat = alpha === 'drop' ? image : laidOver(image, alpha === 'white' ? opaque : 0, opaque);
  return channels === 1 ? toGrey(flat) : toRGB(flat);
}

function coloursAndAlpha(image: Picture, channels: ImageChannels, opaque: number): Picture {
  const { width, height } = image;
  const colours = channels === 1 ? toGrey(image) : toRGB(image);
  const data = samplesLike(image.data, width * height * (channels + 1));
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < channels; channel++)
      data[i * (channels + 1) + channel] = colours.data[i * channels + channel]!;
    data[i * (channels + 1) + channels] =
      image.channels % 2 === 0 ? image.data[(i + 1) * image.channels - 1]! : opaque;
  }
  return { width, height, channels: (channels + 1) as 2 | 4, data };
}

function toRGB(image: Picture): Picture {
  const { width, height, channels, data } = withoutAlpha(image);
  if (channels === 3) return { width, height, channels, data };
  const rgb = samplesLike(data, width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.fill(data[i]!, 3 * i, 3 * i + 3);
  return { width, height, channels: 3, data: rgb };
}

/** Converts a picture to grey: ITU-R 601-2 luma in PIL's integers, 0.299 R + 0.587 G + 0.114 B. */
function toGrey(image: Picture): Picture {
  const { width, height, channels, data } = withoutAlpha(image);
  if (channels === 1) return { width, height, channels, data };
  const grey: Samples = samplesLike(data, width * height);
  for (let i = 0; i < grey.length; i++) {
    const [r, g, b] = [data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!];
    grey[i] = Math.floor((r * 19595 + g * 38470 + b * 7471 + 0x8000) / 0x10000);
  }
  return { width, height, channels: 1, data: grey };
}
