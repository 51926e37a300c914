import { BadImage, checkImageSize } from './bad_image.js';
import type { Alpha } from './colours.js';

/** How a picture is brought to size, by the names of pytorch-CycleGAN-and-pix2pix. */
export type Preprocess =
  'resize_and_crop' | 'crop' | 'scale_width' | 'scale_width_and_crop' | 'none';

/** Height and width; a number is a square. */
export type Sides = number | readonly [height: number, width: number];

/** How a picture becomes an image of a batch. */
export interface Preparation {
  /** Default `'resize_and_crop'`. */
  readonly preprocess?: Preprocess;
  /** To what it is resized first, or the width to which it is scaled; false leaves it as it is. */
  readonly load: Sides | false;
  /** What is cut out. */
  readonly crop: Sides;
  /** Default `'drop'`. */
  readonly alpha?: Alpha;
  /** Of 16-bit samples those that are used; without it pictures have 8 bits. */
  readonly bits?: number;
}

/** What chance decides: two shares in [0, 1) of the room for the crop, and whether to flip. */
export interface Chance {
  readonly x: number;
  readonly y: number;
  readonly flip: boolean;
}

/** Where to cut, and whether to flip what is cut out. */
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

/** Networks that halve an image twice need multiples of this. */
const BASE = 4;

/** The size to which an image of this one is resized. */
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

/** To the nearest multiple, of two the one whose quotient is even, as Python rounds. */
function toBase(side: number): number {
  const quotient = side / BASE;
  const below = Math.floor(quotient);
  const up = quotient - below > 0.5 || (quotient - below === 0.5 && below % 2 === 1);
  return (up ? below + 1 : below) * BASE;
}

/** The size of what is cut out of an image that was resized to this one. */
export function cutSize(resized: Size, { preprocess, crop }: Preparation): Size {
  if (preprocess === 'none' || preprocess === 'scale_width') return resized;
  const [height, width] = sidesOf(crop);
  return { width, height };
}

/** Refuses an image out of which no crop can be cut. */
export function checkFits(image: Size, preparation: Preparation): void {
  const { width, height } = resizedSize(image, preparation);
  if (width < 1 || height < 1)
    throw new BadImage(`its size of ${image.width} × ${image.height} rounds to nothing`);
  checkImageSize(width, height, preparation.bits === undefined ? 4 : 16); // resized, with alpha
  const crop = cutSize({ width, height }, preparation);
  if (width >= crop.width && height >= crop.height) return;
  const wanted = crop.width === crop.height ? `${crop.width}` : `${crop.width} × ${crop.height}`;
  throw new BadImage(`its size of ${width} × ${height} is below the crop of ${wanted}`);
}

/** Where chance puts the crop in an image of the size of this one, once that is resized. */
export function cutOf(image: Size, preparation: Preparation, chance: Chance): Cut {
  checkFits(image, preparation);
  const resized = resizedSize(image, preparation);
  const { width, height } = cutSize(resized, preparation);
  const left = Math.floor(chance.x * (resized.width - width + 1));
  const top = Math.floor(chance.y * (resized.height - height + 1));
  return { left, top, flip: chance.flip };
}
