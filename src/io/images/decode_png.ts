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

/** A picture whose samples have 16 bits. */
export interface DeepRasterImage extends Omit<RasterImage, 'data'> {
  readonly data: Uint16Array;
}

/** Options of {@link decodePNG}. */
export interface DecodePNGOptions {
  /** Bits of a sample: 8, the default, or 16. */
  bits?: 8 | 16;
  /** Whether what a palette or a single colour has of alpha becomes a channel; default false. */
  transparency?: boolean;
}

/**
 * Reads a PNG file of any kind: 1 to 16 bits, grey, RGB, palette, with alpha or without, interlaced
 * or not. The same bytes give the same pixels in Node and in every browser, which a canvas does not
 * promise (it multiplies by alpha, and follows gamma and colour profiles).
 *
 * Pixels get 8 bits: fewer are spread over 0 … 255, of 16 the upper 8 are taken, unless `bits` is 16:
 * then they are kept, and v of 8 bits becomes 257 v. A palette becomes RGB. Gamma and profiles are
 * passed over, and so are alpha of palettes and the one colour that is clear, unless `transparency` is
 * true, as in PIL.
 *
 * @param bytes The file. Bytes behind its compressed data are passed over, as by PIL.
 * @param options `bits` 8 and `transparency` false by default.
 * @returns The pixels, of 1 to 4 channels as in the file; a `Uint16Array` if `bits` is 16.
 * @throws GanKitError if the file is damaged, ends early, or has more than 256 MiB of pixels as they
 *   are returned: width × height × channels × bytes of a sample.
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

/** 8 bits to 16, so that white stays white. */
const spreadFrom = (data: Uint8Array | Uint16Array) => (value: number) =>
  isUint16Array(data) ? value : value * 257;

/** As {@link decodePNG}, but throws a BadImage, and gives 16 bits only where the file has them. */
export async function readPNG(bytes: Uint8Array, keep: Keep): Promise<FilePicture> {
  const { header, palette, transparency, compressed } = readPNGChunks(bytes);
  const { width, height, colour, depth } = header;
  const clear = keep.transparency ? transparency : transparency.subarray(0, 0);
  const channels = channelsOf(header, clear);
  checkImageSize(width, height, channels * (keep.deep && depth === 16 ? 2 : 1));
  const filtered = await inflate(compressed, filteredSize(header));
  // a clear colour is one of all bits, so they are needed to know it
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

/** Channels of the picture that the file makes. */
function channelsOf({ colour }: PNGParts['header'], clear: Uint8Array): 1 | 2 | 3 | 4 {
  if (colour === 'palette') return clear.length > 0 ? 4 : 3;
  const own = PNG_SAMPLES[colour];
  return (own === 1 || own === 3) && clear.length >= 2 * own ? ((own + 1) as 2 | 4) : own;
}
