import { gunzipSync } from 'fflate';
import { SIZE } from '../../../examples/mnist/data.js';
import type { Images } from '../../../examples/mnist/data.js';

/** Number of images in a file. */
export const IMAGES_IN_FILE = 10_000;

/** Unpacks the images that `tools/site/pack_images.ts` packed. */
export function unpackImages(file: Uint8Array): Images {
  const bytes = gunzipSync(file);
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const pixels = new Uint8Array(count * SIZE);
  const digits = bytes.slice(4, 4 + count);
  const marks = bytes.subarray(4 + count);
  let next = Math.ceil(pixels.length / 8);
  for (let i = 0; i < pixels.length; i++)
    if ((marks[i >> 3]! >> (i & 7)) & 1) pixels[i] = marks[next++]!;
  return { count, pixels, digits };
}

/** Joins the images of several files. */
export const joinImages = (parts: readonly Images[]): Images => ({
  count: parts.reduce((sum, { count }) => sum + count, 0),
  pixels: joined(parts.map(({ pixels }) => pixels)),
  digits: joined(parts.map(({ digits }) => digits)),
});

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
