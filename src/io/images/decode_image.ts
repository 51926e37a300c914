import { BadImage } from './bad_image.js';
import { readPNG } from './decode_png.js';
import type { FilePicture, Keep } from './picture.js';
import { PNG_SIGNATURE } from './png_chunks.js';

/** Reads an image file; throws a BadImage that says what is wrong with it. */
export type ImageDecoder = (bytes: Uint8Array) => Promise<FilePicture>;

/** Tells PNG from JPEG by the first bytes, as PIL does, whatever the name says. */
export function imageDecoder(
  decodeJPEG: ImageDecoder,
  keep: Keep = { deep: false, transparency: false },
): ImageDecoder {
  return async (bytes) => {
    if (bytes.length === 0) throw new BadImage('the file is empty');
    if (PNG_SIGNATURE.slice(0, 4).every((byte, i) => bytes[i] === byte))
      return readPNG(bytes, keep);
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJPEG(bytes);
    throw new BadImage('it is neither a PNG nor a JPEG file');
  };
}
