import { gzipSync } from 'node:zlib';
import type { Images } from '../../examples/mnist/data.js';

/**
 * Packs images for pages: their number, the digits, a bit for each pixel that says whether it is not black, and the bytes
 * of those that are not; gzip makes a tenth less of them than of the pixels as they are.
 */
export function packImages({ count, pixels, digits }: Images): Uint8Array {
  const marks = new Uint8Array(Math.ceil(pixels.length / 8));
  pixels.forEach((byte, i) => {
    if (byte !== 0) marks[i >> 3]! |= 1 << (i & 7);
  });
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, count, true);
  const shades = pixels.filter((byte) => byte !== 0);
  return gzipSync(Buffer.concat([number, digits, marks, shades]), { level: 9 });
}
