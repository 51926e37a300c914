/**
 * An error about a file that cannot be read as an image. The message gives the reason; the code that catches it
 * adds the file's name.
 */
export class BadImage extends Error {}

/** The largest number of bytes of a decoded image; a small file can claim far more. */
const MAX_PIXEL_BYTES = 2 ** 28;

/** Refuses an image that is empty or too large, before memory is allocated for it. */
export function checkImageSize(width: number, height: number, bytesPerPixel: number): void {
  if (width < 1 || height < 1) throw new BadImage(`its size is ${width} × ${height}`);
  if (width * height * bytesPerPixel > MAX_PIXEL_BYTES)
    throw new BadImage(
      `its size of ${width} × ${height}, ${bytesPerPixel} bytes each, takes more than ${MAX_PIXEL_BYTES} bytes (256 MiB)`,
    );
}
