import { fail } from '../../internal/check.js';
import type { RasterImage } from '../image_grid.js';
import { BadImage } from './bad_image.js';
import { PNG_SAMPLES, readPNGChunks } from './png_chunks.js';
import { filteredSize, unfilteredSamples } from './png_pixels.js';

/**
 * Reads a PNG file of any kind: 1 to 16 bits, grey, RGB, palette, with alpha or without, interlaced
 * or not. The same bytes give the same pixels in Node and in every browser, which a canvas does not
 * promise (it multiplies by alpha, and follows gamma and colour profiles).
 *
 * Pixels get 8 bits: fewer are spread over 0 … 255, of 16 the upper 8 are taken. A palette becomes
 * RGB. Gamma, profiles and the transparency of single colours are passed over, as in PIL.
 *
 * @param bytes The file.
 * @returns The pixels, of 1 to 4 channels as in the file.
 * @throws GanKitError if the file is damaged, ends early, or has more than 256 MiB of pixels.
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
export async function decodePNG(bytes: Uint8Array): Promise<RasterImage> {
  if (!(bytes instanceof Uint8Array)) fail('type', 'decodePNG', 'bytes', 'a Uint8Array', bytes);
  try {
    return await readPNG(bytes);
  } catch (error) {
    if (!(error instanceof BadImage)) throw error;
    fail('value', 'decodePNG', 'bytes', 'a PNG file that is whole', error.message);
  }
}

/** As {@link decodePNG}, but throws a BadImage. */
export async function readPNG(bytes: Uint8Array): Promise<RasterImage> {
  const { header, palette, compressed } = readPNGChunks(bytes);
  const { width, height, colour } = header;
  const filtered = await inflate(compressed, filteredSize(header));
  const samples = unfilteredSamples(header, filtered);
  if (colour === 'palette') return { width, height, channels: 3, data: lookedUp(samples, palette) };
  return { width, height, channels: PNG_SAMPLES[colour], data: samples };
}

function lookedUp(indices: Uint8Array, palette: Uint8Array): Uint8Array {
  const data = new Uint8Array(indices.length * 3);
  for (let i = 0; i < indices.length; i++) {
    const entry = indices[i]! * 3;
    if (entry >= palette.length) throw new BadImage('a pixel lies outside its palette');
    data[3 * i] = palette[entry]!;
    data[3 * i + 1] = palette[entry + 1]!;
    data[3 * i + 2] = palette[entry + 2]!;
  }
  return data;
}

/** What browsers and Node share of the streams standard. */
interface Streams {
  Blob: new (parts: readonly Uint8Array[]) => {
    stream(): { pipeThrough(through: unknown): AsyncIterableStream };
  };
  DecompressionStream: new (format: 'deflate') => unknown;
}
interface AsyncIterableStream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array }>;
    cancel(): Promise<void>;
  };
}

/** Inflates to exactly `size` bytes; what would give more is stopped, however much it claims. */
async function inflate(parts: readonly Uint8Array[], size: number): Promise<Uint8Array> {
  const { Blob, DecompressionStream } = globalThis as unknown as Streams;
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  const result = new Uint8Array(size);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new BadImage('its compressed data are damaged or end too early');
    });
    if (done) break;
    if (at + value!.length > size) {
      await reader.cancel();
      throw new BadImage('it holds more pixels than its size says');
    }
    result.set(value!, at);
    at += value!.length;
  }
  if (at < size) throw new BadImage('it holds fewer pixels than its size says');
  return result;
}
