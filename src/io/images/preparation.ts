import { BadImage, checkImageSize } from './bad_image.js';
import type { Alpha } from './colours.js';

/** The way to bring a picture to size, by its name in pytorch-CycleGAN-and-pix2pix. */
export type Preprocess =
  'resize_and_crop' | 'crop' | 'scale_width' | 'scale_width_and_crop' | 'none';

/** A height and a width; a number stands for a square. */
export type Sides = number | readonly [height: number, width: number];

/** The steps from a picture to an image of a batch. */
export interface Preparation {
  /** The way to bring the picture to size; default `'resize_and_crop'`. */
  readonly preprocess?: Preprocess;
  /** The size to which it is resized first, or the width to which it is scaled; false for no resizing. */
  readonly load: Sides | false;
  /** The size of what is cut out. */
  readonly crop: Sides;
  /** The treatment of alpha; default `'drop'`. */
  readonly alpha?: Alpha;
  /** The number of bits of a 16-bit sample that are used; omitted for pictures of 8 bits. */
  readonly bits?: number;
}

/** The random decisions: the position of the crop as two fractions in [0, 1), and whether to flip. */
export interface Chance {
  readonly x: number;
  readonly y: number;
  readonly flip: boolean;
}

/** The position of the crop, and whether it is flipped. */
export interface Cut {
  readonly left: number;
  readonly top: number;
  readonly flip: boolean;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const sidesOf = (sides: Sides): readonly [number, number] =>
  typeof sides === 'number' ? [sides, sides] : sides;

/** The number that sides must be multiples of, for networks that halve an image twice. */
const BASE = 4;

/** Returns the size to which an image of the given size is resized. */
export function resizedSize({ width, height }: Size, preparation: Preparation): Size {
  const { preprocess = 'resize_and_crop', load } = preparation;
  const [cropHeight] = sidesOf(preparation.crop);
  if (preprocess === 'none') return { width: toBase(width), height: toBase(height) };
  if (preprocess === 'crop' || load === false) return { width, height };
  const [loadHeight, loadWidth] = sidesOf(load);
  if (preprocess === 'resize_and_crop') return { width: loadWidth, height: loadHeight };
  if (width === loadWidth && height >= cropHeight) return { width, height };
  const scaled = Math.max((loadWidth * height) / width, cropHeight);
  return { width: loadWidth, height: Math.floor(scaled) };
}

/** Rounds to the nearest multiple; of two equally near ones to that with an even quotient, as Python rounds. */
function toBase(side: number): number {
  const quotient = side / BASE;
  const below = Math.floor(quotient);
  const up = quotient - below > 0.5 || (quotient - below === 0.5 && below % 2 === 1);
  return (up ? below + 1 : below) * BASE;
}

/** Returns the size of what is cut out of an image that was resized to the given size. */
export function cutSize(resized: Size, { preprocess, crop }: Preparation): Size {
  if (preprocess === 'none' || preprocess === 'scale_width') return resized;
  const [height, width] = sidesOf(crop);
  return { width, height };
}

/** Refuses an image that is smaller than the crop after resizing, or too large. */
export function checkFits(image: Size, preparation: Preparation): void {
  const { width, height } = resizedSize(image, preparation);
  if (width < 1 || height < 1)
    throw new BadImage(`its size of ${image.width} × ${image.height} rounds to nothing`);
  checkImageSize(width, height, preparation.bits === undefined ? 4 : 16); // bytes of a resized pixel, with alpha
  const crop = cutSize({ width, height }, preparation);
  if (width >= crop.width && height >= crop.height) return;
  const wanted = crop.width === crop.height ? `${crop.width}` : `${crop.width} × ${crop.height}`;
  throw new BadImage(`its size of ${width} × ${height} is below the crop of ${wanted}`);
}

/** Returns the random crop of an image of the given size, as a position in the resized image. */
export function cutOf(image: Size, preparation: Preparation, chance: Chance): Cut {
  checkFits(image, preparation);
  const resized = resizedSize(image, preparation);
  const { width, height } = cutSize(resized, preparation);
  const left = Math.floor(chance.x * (resized.width - width + 1));
  const top = Math.floor(chance.y * (resized.height - height + 1));
  return { left, top, flip: chance.flip };
}
