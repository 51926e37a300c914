import type { RasterImage } from '../image_grid.js';
import { BadImage } from './bad_image.js';
import { resizeBicubic } from './resize_bicubic.js';

/** Channels of what a network sees: grey or RGB. */
export type ImageChannels = 1 | 3;

/** How a picture becomes an image of a batch. */
export interface Preparation {
  /** The side to which it is resized first; false leaves it as it is. */
  readonly load: number | false;
  /** The side of the square that is cut out. */
  readonly crop: number;
}

/** What chance decides: two shares in [0, 1) of the room for the crop, and whether to flip. */
export interface Chance {
  readonly x: number;
  readonly y: number;
  readonly flip: boolean;
}

/** Which square to cut out, and whether to flip it. */
export interface Cut {
  readonly left: number;
  readonly top: number;
  readonly flip: boolean;
}

/** The size of an image once it is resized. */
const resizedSize = (image: RasterImage, { load }: Preparation) =>
  load === false ? image : { width: load, height: load };

/** Refuses an image out of which no crop can be cut. */
export function checkFits(image: RasterImage, preparation: Preparation): void {
  const { width, height } = resizedSize(image, preparation);
  const { crop } = preparation;
  if (width < crop || height < crop)
    throw new BadImage(`its size of ${width} × ${height} is below the crop of ${crop}`);
}

/** Where chance puts the crop in an image of the size of this one, once that is resized. */
export function cutOf(image: RasterImage, preparation: Preparation, chance: Chance): Cut {
  checkFits(image, preparation);
  const { width, height } = resizedSize(image, preparation);
  const { crop } = preparation;
  const left = Math.floor(chance.x * (width - crop + 1));
  const top = Math.floor(chance.y * (height - crop + 1));
  return { left, top, flip: chance.flip };
}

/** byte / 255 to [−1, 1], with torchvision's roundings: each step in float32. */
const VALUES = Float32Array.from(
  { length: 256 },
  (_, byte) => Math.fround(Math.fround(byte / 255) - 0.5) / 0.5,
);

/**
 * Grey or RGB, resized, cropped, flipped and scaled to [−1, 1], in the order of the reference: a
 * grey picture is made grey before it is resized.
 */
export function prepareImage(
  image: RasterImage,
  channels: ImageChannels,
  { load, crop }: Preparation,
  { left, top, flip }: Cut,
): Float32Array {
  let picture = withChannels(image, channels);
  if (load !== false) picture = resizeBicubic(picture, load, load);
  const { width, data } = picture;
  const result = new Float32Array(crop * crop * channels);
  let to = 0;
  for (let y = 0; y < crop; y++)
    for (let x = 0; x < crop; x++) {
      const from = ((top + y) * width + left + (flip ? crop - 1 - x : x)) * channels;
      for (let channel = 0; channel < channels; channel++)
        result[to++] = VALUES[data[from + channel]!]!;
    }
  return result;
}

/** Grey or RGB. */
export const withChannels = (image: RasterImage, channels: ImageChannels): RasterImage =>
  channels === 1 ? toGrey(image) : toRGB(image);

/** Without alpha, which is dropped and not multiplied by, as PIL does. */
function toRGB({ width, height, channels, data }: RasterImage): RasterImage {
  if (channels === 3) return { width, height, channels, data };
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++)
    for (let channel = 0; channel < 3; channel++)
      rgb[3 * i + channel] = data[channels * i + (channels < 3 ? 0 : channel)]!;
  return { width, height, channels: 3, data: rgb };
}

/** ITU-R 601-2 luma in PIL's integers: 0.299 R + 0.587 G + 0.114 B. */
function toGrey({ width, height, channels, data }: RasterImage): RasterImage {
  if (channels === 1) return { width, height, channels, data };
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    const at = channels * i;
    grey[i] =
      channels === 2
        ? data[at]!
        : (data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16;
  }
  return { width, height, channels: 1, data: grey };
}

/** The left and the right half; of an odd width the right one is a pixel wider. */
export function halvesOf(image: RasterImage): [RasterImage, RasterImage] {
  const middle = Math.floor(image.width / 2);
  if (middle === 0) throw new BadImage('its width of 1 holds no two halves');
  return [columnsOf(image, 0, middle), columnsOf(image, middle, image.width)];
}

function columnsOf(image: RasterImage, from: number, to: number): RasterImage {
  const { width, height, channels, data } = image;
  const row = (to - from) * channels;
  const part = new Uint8Array(height * row);
  for (let y = 0; y < height; y++) {
    const start = (y * width + from) * channels;
    part.set(data.subarray(start, start + row), y * row);
  }
  return { width: to - from, height, channels, data: part };
}
