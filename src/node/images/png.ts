import { crc32, deflateSync } from 'node:zlib';
import { isUint8Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { given, integer } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { RasterImage } from '../../io/image_grid.js';
import { checkPath, writeFileAtomic } from '../files/atomic_file.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** PNG's colour types by the number of channels. */
const COLOUR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

/**
 * Encodes an image as PNG.
 *
 * @param image pixels, for example from `imageGrid`.
 * @returns the bytes of the file.
 * @throws GanKitError if a field is out of range, or the data does not have width · height · channels bytes.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { encodePNG } from 'gan-kit/node';
 *
 * const png = encodePNG({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) });
 * console.log(String.fromCharCode(...png.subarray(1, 4))); // → PNG
 * ```
 */
export function encodePNG(image: RasterImage): Uint8Array {
  checkRaster('encodePNG', image);
  return fileOf(headerOf(image), chunk('IDAT', pixelsOf(image)));
}

/** Puts a file together. */
export const fileOf = (...chunks: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(Buffer.concat([SIGNATURE, ...chunks, chunk('IEND', new Uint8Array(0))]));

/** Makes the chunk with the size and the kind of pixels. */
export function headerOf({ width, height, channels }: RasterImage): Buffer {
  const header = Buffer.alloc(13); // the last three bytes: deflate, the five filters, not interlaced
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = COLOUR_TYPES[channels];
  return chunk('IHDR', header);
}

/** Compresses the pixels. */
export function pixelsOf({ width, height, channels, data }: RasterImage): Buffer {
  const stride = width * channels;
  const rows = new Uint8Array(height * (1 + stride)); // each row begins with its filter, 0 for none
  for (let y = 0; y < height; y++)
    rows.set(data.subarray(y * stride, (y + 1) * stride), y * (1 + stride) + 1);
  return deflateSync(rows, { level: 9 });
}

/** Makes a chunk: length, type, data, and a checksum of type and data. */
export function chunk(type: string, data: Uint8Array): Buffer {
  const frame = Buffer.alloc(12 + data.length);
  frame.writeUInt32BE(data.length, 0);
  frame.write(type, 4, 'latin1');
  frame.set(data, 8);
  frame.writeUInt32BE(crc32(frame.subarray(4, 8 + data.length)), 8 + data.length);
  return frame;
}

/** Schema of an image. */
const RASTER = {
  width: integer({ min: 1 }),
  height: integer({ min: 1 }),
  channels: integer({ min: 1, max: 4 }),
  data: given<unknown>(),
};

/** Checks an image. */
export function checkRaster(where: string, image: RasterImage, parameter = 'image'): void {
  const { width, height, channels, data } = readOptions<unknown, typeof RASTER>(
    where,
    image,
    RASTER,
    parameter,
  );
  if (!isUint8Array(data)) fail('type', where, `${parameter}.data`, 'a Uint8Array', data);
  if (data.length !== width * height * channels)
    fail(
      'shape',
      where,
      `${parameter}.data`,
      `of width · height · channels = ${width * height * channels} bytes`,
      data.length,
    );
}

/**
 * Writes an image as a PNG file, atomically.
 *
 * @param path the file; missing folders are made.
 * @param image pixels, for example from `imageGrid`.
 * @throws GanKitError if an argument is invalid; the file system's own errors as they are.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import type { Tensor4D } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { imageGrid } from 'gan-kit/io';
 * import { savePNG } from 'gan-kit/node';
 *
 * await loadBackend();
 * const samples: Tensor4D = zeros([16, 28, 28, 1]);
 * await savePNG('runs/1/step_300.png', await imageGrid(samples));
 * ```
 */
export async function savePNG(path: string, image: RasterImage): Promise<void> {
  checkPath('savePNG', path);
  await writeFileAtomic(path, encodePNG(image));
}
