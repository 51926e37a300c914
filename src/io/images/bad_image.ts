/** A file that cannot be read as an image; the message says why, and who catches it names the file. */
export class BadImage extends Error {}

/** The most bytes of pixels that an image may have once decoded; a small file can claim far more. */
const MAX_PIXEL_BYTES = 2 ** 28;

/** Refuses a size before memory is taken for it. */
export function checkImageSize(width: number, height: number, bytesPerPixel: number): void {
  if (width < 1 || height < 1) throw new BadImage(`its size is ${width} × ${height}`);
  if (width * height * bytesPerPixel > MAX_PIXEL_BYTES)
    throw new BadImage(
      `its size of ${width} × ${height}, ${bytesPerPixel} bytes each, takes more than ${MAX_PIXEL_BYTES} bytes (256 MiB)`,
    );
}
