import { isUint8Array } from '../../internal/brands.js';
import { BadImage } from './bad_image.js';
import { samplesLike } from './picture.js';
import { PNG_SAMPLES } from './png_chunks.js';
import type { PNGHeader } from './png_chunks.js';

/** Replaces indices by the colours of a palette, with alpha if that of its entries is given. */
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
 * Adds alpha to a grey or RGB picture: 0 for one colour, and opaque elsewhere.
 *
 * @param samples Samples of 16 bits if the file has them; otherwise of 8, scaled to 0 … 255 if the file has
 *   fewer.
 * @param colour The clear colour as in the file: 16 bits per sample, for any depth of the file.
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
