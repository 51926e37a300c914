/** A picture as networks take it: rows of pixels, values in [−1, 1]. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 for grey, 3 for red, green and blue. */
  readonly channels: number;
  readonly values: Float32Array;
}

/** Returns the bytes of a picture for a canvas, four a pixel. */
export function bytesOf({
  width,
  height,
  channels,
  values,
}: Picture): Uint8ClampedArray<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++)
    for (let c = 0; c < 3; c++)
      bytes[4 * pixel + c] = 127.5 * (values[pixel * channels + (channels === 1 ? 0 : c)]! + 1);
  return bytes;
}

/** The shares of red, green and blue in grey, as PIL and the reference code have them. */
const GREY = [0.299, 0.587, 0.114] as const;

/** Makes a picture of the bytes of a canvas. */
export function pictureOf(
  bytes: Uint8ClampedArray,
  width: number,
  height: number,
  channels: number,
): Picture {
  const values = new Float32Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const part = (c: number) => bytes[4 * pixel + c]! / 127.5 - 1;
    if (channels === 1) values[pixel] = GREY.reduce((sum, share, c) => sum + share * part(c), 0);
    else for (let c = 0; c < 3; c++) values[pixel * channels + c] = part(c);
  }
  return { width, height, channels, values };
}
