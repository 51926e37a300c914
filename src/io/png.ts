import { encode } from 'fast-png';
import { checkNumber, checkOptions, fail } from '../internal/check.js';

/** Pixels of 8 bits, row by row from the top, the channels of a pixel side by side. */
export interface RasterImage {
  readonly width: number;
  readonly height: number;
  /** 1 is grey, 2 grey with alpha, 3 RGB, 4 RGB with alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: Uint8Array;
}

/**
 * Writes an image as PNG, in Node and in browsers.
 *
 * @param image pixels, for example from `imageGrid`.
 * @returns the bytes of the file.
 * @throws GanKitError where the data does not have width · height · channels bytes.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { encodePNG } from 'gan-kit/io';
 *
 * const png = encodePNG({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) });
 * console.log(String.fromCharCode(...png.subarray(1, 4))); // → PNG
 * ```
 */
export function encodePNG(image: RasterImage): Uint8Array {
  checkRaster('encodePNG', image);
  const { width, height, channels, data } = image;
  return encode({ width, height, channels, depth: 8, data }, { zlib: { level: 9 } });
}

function checkRaster(where: string, image: RasterImage): void {
  if (typeof image !== 'object' || image === null)
    fail('type', where, 'image', 'an image, { width, height, channels, data }', image);
  checkOptions(where, image, ['width', 'height', 'channels', 'data']);
  const { width, height, channels, data } = image;
  checkNumber(where, 'image.width', width, { integer: true, min: 1 });
  checkNumber(where, 'image.height', height, { integer: true, min: 1 });
  checkNumber(where, 'image.channels', channels, { integer: true, min: 1, max: 4 });
  if (!(data instanceof Uint8Array)) fail('type', where, 'image.data', 'a Uint8Array', data);
  if (data.length !== width * height * channels)
    fail(
      'shape',
      where,
      'image.data',
      `of width · height · channels = ${width * height * channels} bytes`,
      data.length,
    );
}
