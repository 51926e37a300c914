import { BadImage } from './bad_image.js';
import { readPNG } from './decode_png.js';
import type { FilePicture, Keep } from './picture.js';
import { PNG_SIGNATURE } from './png_chunks.js';

/** A function that reads an image file, or throws a BadImage with the reason. */
export type ImageDecoder = (bytes: Uint8Array) => Promise<FilePicture>;

/** Makes a decoder that tells PNG from JPEG by the first bytes, as PIL does, and not by the file's name. */
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
