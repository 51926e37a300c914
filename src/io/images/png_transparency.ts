import { isUint8Array } from '../../internal/brands.js';
import { BadImage } from './bad_image.js';
import { samplesLike } from './picture.js';
import { PNG_SAMPLES } from './png_chunks.js';
import type { PNGHeader } from './png_chunks.js';

/** The colours of a palette for its indices; with alpha where that of its entries is given. */
export function withPalette(
  indices: Uint8Array,
  palette: Uint8Array,
  alpha: Uint8Array | undefined,
): Uint8Array {
  const channels = alpha === undefined ? 3 : 4;
  const data = new Uint8Array(indices.length * channels);
  for (let i = 0; i < indices.length; i++) {
    const entry = indices[i]!;
    if (3 * entry >= palette.length) throw new BadImage('a pixel lies outside its palette');
    data[channels * i] = palette[3 * entry]!;
    data[channels * i + 1] = palette[3 * entry + 1]!;
    data[channels * i + 2] = palette[3 * entry + 2]!;
    if (alpha !== undefined) data[4 * i + 3] = alpha[entry] ?? 255;
  }
  return data;
}

/**
 * Grey or RGB with alpha: 0 at one colour, and opaque elsewhere.
 *
 * @param samples Of 16 bits if the file has them; of 8, spread over 0 … 255, if it has fewer.
 * @param colour As the file has it: 16 bits per sample, whatever its depth.
 */
export function withClearColour(
  { colour: kind, depth }: PNGHeader,
  samples: Uint8Array | Uint16Array,
  colour: Uint8Array,
): Uint8Array | Uint16Array {
  const own = PNG_SAMPLES[kind];
  const spread = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const clear = Array.from(
    { length: own },
    (_, i) => ((colour[2 * i]! << 8) | colour[2 * i + 1]!) * spread,
  );
  const opaque = isUint8Array(samples) ? 255 : 65535;
  const pixels = samples.length / own;
  const data = samplesLike(samples, pixels * (own + 1)) as Uint8Array | Uint16Array;
  for (let i = 0; i < pixels; i++) {
    const pixel = samples.subarray(i * own, (i + 1) * own);
    data.set(pixel, i * (own + 1));
    data[i * (own + 1) + own] = clear.every((value, k) => value === pixel[k]) ? 0 : opaque;
  }
  return data;
}
