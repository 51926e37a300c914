import { isUint8Array } from '../../internal/brands.js';
import { premultiplied, unpremultiplied } from './alpha.js';
import { BadImage } from './bad_image.js';
import { withColours } from './colours.js';
import type { ImageChannels } from './colours.js';
import { samplesLike } from './picture.js';
import type { Picture, Samples } from './picture.js';
import { cutSize, resizedSize } from './preparation.js';
import type { Cut, Preparation } from './preparation.js';
import { resizeBicubic } from './resize_bicubic.js';

/** An image as a network sees it, with values in [−1, 1]. */
export interface PreparedImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** Scales x / white to [−1, 1], with torchvision's roundings: each step in float32. */
const valueOf = (x: number, white: number) => Math.fround(Math.fround(x / white) - 0.5) / 0.5;
const BYTES = Float32Array.from({ length: 256 }, (_, byte) => valueOf(byte, 255));

/** Returns the sample value of white: 255 for bytes, else 2^bits − 1. */
export const whiteOf = (data: Samples, bits = 16): number =>
  isUint8Array(data) ? 255 : 2 ** bits - 1;

/** Refuses a picture with a sample of more than `bits` bits. */
export function checkBits({ data }: Picture, bits: number | undefined): void {
  if (bits === undefined || bits === 8 || isUint8Array(data)) return;
  const white = 2 ** bits - 1;
  for (const value of data)
    if (value > white)
      throw new BadImage(`it has a sample of ${value}, above the ${white} of ${bits} bits`);
}

/**
 * Converts a picture to grey or RGB, resizes, crops and flips it, and scales it to [−1, 1], in the order of the
 * reference: a picture becomes grey before it is resized.
 */
export function prepareImage(
  image: Picture,
  channels: ImageChannels,
  preparation: Preparation,
  { left, top, flip }: Cut,
): PreparedImage {
  const white = whiteOf(image.data, preparation.bits);
  const size = resizedSize(image, preparation);
  const picture = resized(withColours(image, channels, preparation.alpha, white), size, white);
  const { width, height } = cutSize(size, preparation);
  const { data } = picture;
  const count = picture.channels;
  const values = new Float32Array(width * height * count);
  let to = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = ((top + y) * size.width + left + (flip ? width - 1 - x : x)) * count;
      for (let channel = 0; channel < count; channel++)
        values[to++] = scaled(data, from + channel, white);
    }
  return { width, height, channels: count, values };
}

/**
 * Scales one sample to [−1, 1]; a 16-bit sample is limited to black and white first, as resizing can exceed them.
 */
const scaled = (data: Samples, at: number, white: number) =>
  isUint8Array(data) ? BYTES[data[at]!]! : valueOf(Math.min(Math.max(data[at]!, 0), white), white);

/** Resizes a picture bicubically, with the colours multiplied by alpha during it, as in PIL. */
export function resized(
  picture: Picture,
  { width, height }: { readonly width: number; readonly height: number },
  white: number,
): Picture {
  if (picture.width === width && picture.height === height) return picture;
  if (picture.channels % 2 === 1) return resizeBicubic(picture, width, height);
  return unpremultiplied(resizeBicubic(premultiplied(picture, white), width, height), white);
}

/** Returns the left and the right half; the right one is a pixel wider if the width is odd. */
export function halvesOf(image: Picture): [Picture, Picture] {
  const middle = Math.floor(image.width / 2);
  if (middle === 0) throw new BadImage('its width of 1 holds no two halves');
  return [columnsOf(image, 0, middle), columnsOf(image, middle, image.width)];
}

function columnsOf(image: Picture, from: number, to: number): Picture {
  const { width, height, channels, data } = image;
  const row = (to - from) * channels;
  const part = samplesLike(data, height * row);
  for (let y = 0; y < height; y++) {
    const start = (y * width + from) * channels;
    part.set(data.subarray(start, start + row), y * row);
  }
  return { width: to - from, height, channels, data: part };
}
