import type { RasterImage } from 'gan-kit/io';

/** The height of the white line between two pictures. */
const GAP = 6;

/** Stacks pictures of one width and as many channels, the first on top. */
export function stackPictures(pictures: readonly RasterImage[]): RasterImage {
  const [{ width, channels }] = pictures as readonly [RasterImage];
  const gap = new Uint8Array(GAP * width * channels).fill(255);
  const parts = pictures.flatMap(({ data }, i) => (i === 0 ? [data] : [gap, data]));
  const data = new Uint8Array(Buffer.concat(parts));
  return { width, height: data.length / (width * channels), channels, data };
}
