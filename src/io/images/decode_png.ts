import { isUint16Array, isUint8Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { boolean } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { RasterImage } from '../image_grid.js';
import { BadImage, checkImageSize } from './bad_image.js';
import { inflate } from './inflate.js';
import type { FilePicture, Keep } from './picture.js';
import { PNG_SAMPLES, readPNGChunks } from './png_chunks.js';
import type { PNGParts } from './png_chunks.js';
import { filteredSize, unfilteredSamples } from './png_pixels.js';
import { withClearColour, withPalette } from './png_transparency.js';

/** A picture of 16-bit samples. */
export interface DeepRasterImage extends Omit<RasterImage, 'data'> {
  readonly data: Uint16Array;
}

/** Options of {@link decodePNG}. */
export interface DecodePNGOptions {
  /** The number of bits of a sample: 8, the default, or 16. */
  bits?: 8 | 16;
  /** Whether the alpha of a palette or of a single clear colour becomes a channel; default false. */
  transparency?: boolean;
}

/**
 * Reads a PNG file of any kind: 1 to 16 bits, grey, RGB or palette, with or without alpha, interlaced or not. The
 * same bytes give the same pixels in Node and in every browser, which a canvas does not guarantee (it multiplies
 * by alpha, and applies gamma and colour profiles).
 *
 * Samples have 8 bits by default: smaller ones are scaled to 0 … 255, and the upper 8 of 16 bits are used. With
 * `bits: 16`, samples of 16 bits are kept, and a value v of 8 bits becomes 257 v. A palette becomes RGB. Gamma
 * and colour profiles are ignored. The alpha of a palette and of the single clear colour is ignored too, as in
 * PIL, unless `transparency` is true.
 *
 * @param bytes The file. Bytes after its compressed data are ignored, as in PIL.
 * @param options `bits` 8 and `transparency` false by default.
 * @returns The pixels, with 1 to 4 channels as in the file; a `Uint16Array` if `bits` is 16.
 * @throws GanKitError if the file is damaged, ends early, or has more than 256 MiB of pixels: width × height ×
 *   channels × bytes of a sample, where a sample has 2 bytes if the file has 16 bits and `bits` is 16, else 1.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { decodePNG } from 'gan-kit/io';
 * import { encodePNG } from 'gan-kit/node';
 *
 * const png = encodePNG({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) });
 * console.log((await decodePNG(png)).data); // → Uint8Array(2) [ 0, 255 ]
 * ```
 *
 * @see https://www.w3.org/TR/png
 */
export async function decodePNG(
  bytes: Uint8Array,
  options?: DecodePNGOptions & { bits?: 8 },
): Promise<RasterImage>;
export async function decodePNG(
  bytes: Uint8Array,
  options: DecodePNGOptions & { bits: 16 },
): Promise<DeepRasterImage>;
export async function decodePNG(
  bytes: Uint8Array,
  options: DecodePNGOptions = {},
): Promise<RasterImage | DeepRasterImage> {
  const where = 'decodePNG';
  if (!isUint8Array(bytes)) fail('type', where, 'bytes', 'a Uint8Array', bytes);
  const { bits, transparency } = readOptions(where, options, {
    bits: (_, parameter, value = 8) =>
      value === 8 || value === 16 ? value : fail('value', where, parameter, '8 or 16', value),
    transparency: boolean({ default: false }),
  });
  try {
    const picture = await readPNG(bytes, { deep: bits === 16, transparency });
    const { data } = picture;
    if (bits === 16) return { ...picture, data: Uint16Array.from(data, spreadFrom(data)) };
    return picture as RasterImage;
  } catch (error) {
    if (!(error instanceof BadImage)) throw error;
    fail('value', where, 'bytes', 'a PNG file that is whole', error.message);
  }
}

/**
 * Makes a function that scales samples of 8 bits to 16, so that white stays white; samples of 16 bits are
 * unchanged.
 */
const spreadFrom = (data: Uint8Array | Uint16Array) => (value: number) =>
  isUint16Array(data) ? value : value * 257;

/**
 * Reads a PNG file like {@link decodePNG}, but throws a BadImage, and returns 16 bits only if the file has them.
 */
export async function readPNG(bytes: Uint8Array, keep: Keep): Promise<FilePicture> {
  const { header, palette, transparency, compressed } = readPNGChunks(bytes);
  const { width, height, colour, depth } = header;
  const clear = keep.transparency ? transparency : transparency.subarray(0, 0);
  const channels = channelsOf(header, clear);
  checkImageSize(width, height, channels * (keep.deep && depth === 16 ? 2 : 1));
  const filtered = await inflate(compressed, filteredSize(header));
  // a clear colour is compared in all of its bits, so all are needed
  const deep = keep.deep || (clear.length > 0 && colour !== 'palette');
  const samples = unfilteredSamples(header, filtered, deep);
  if (colour === 'palette') {
    const data = withPalette(samples as Uint8Array, palette, channels === 4 ? clear : undefined);
    return { width, height, channels, data };
  }
  const own = PNG_SAMPLES[colour];
  const data = channels === own ? samples : withClearColour(header, samples, clear);
  if (keep.deep || isUint8Array(data)) return { width, height, channels, data };
  return { width, height, channels, data: Uint8Array.from(data, (value) => value >> 8) };
}

/** Returns the number of channels of the picture in a file. */
function channelsOf({ colour }: PNGParts['header'], clear: Uint8Array): 1 | 2 | 3 | 4 {
  if (colour === 'palette') return clear.length > 0 ? 4 : 3;
  const own = PNG_SAMPLES[colour];
  return (own === 1 || own === 3) && clear.length >= 2 * own ? ((own + 1) as 2 | 4) : own;
}
