import type { Address, Simd } from '../runtime/simd.js';
import type { Grid } from './matrix_product.js';

/** Images in memory, pixel by pixel. */
export interface Images {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The part of the plane that a filter sees: its size, and where the image lies in it. */
export interface Frame {
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** The most elements in frames at once, 4 MiB, unless one image has more. */
const MOST_ELEMENTS = 2 ** 20;

/**
 * Zero-pads images into frames, in chunks that fit the scratch budget, and calls `f(first, count, framed)`
 * for each chunk; `framed` is the address of its images.
 */
export function forFramedImages(
  simd: Simd,
  address: Address,
  batch: number,
  images: Images,
  frame: Frame,
  f: (first: number, count: number, framed: Address) => void,
): void {
  const { height, width, channels } = images;
  if (frame.top === 0 && frame.left === 0 && frame.height === height && frame.width === width) {
    f(0, batch, address);
    return;
  }
  const elements = frame.height * frame.width * channels;
  const most = Math.max(1, Math.min(batch, Math.floor(MOST_ELEMENTS / elements)));
  simd.withMemory(most * elements * BYTES, (framed) => {
    for (let first = 0; first < batch; first += most) {
      const count = Math.min(most, batch - first);
      const pixel = channels * BYTES;
      simd.pad(
        ...[address + first * height * width * pixel, count, height, width * pixel],
        ...[framed, frame.height, frame.width * pixel, frame.top, frame.left * pixel],
      );
      f(first, count, framed);
    }
  });
}

/** A grid of places in a frame: their number along each axis, and the distances between them. */
export interface Positions {
  readonly height: number;
  readonly width: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
}

/** Returns the places of the results of a convolution, through the batch. */
export function resultGrid(
  batch: number,
  { height, width, strideHeight, strideWidth }: Positions,
  frame: Pick<Frame, 'height' | 'width'>,
  channels: number,
): Grid {
  const row = frame.width * channels;
  return {
    counts: [batch, height, width],
    strides: [frame.height * row, strideHeight * row, strideWidth * channels],
  };
}

/** Returns the places of the taps and channels of a filter. */
export function filterGrid(
  { height, width, strideHeight, strideWidth }: Positions,
  frame: Pick<Frame, 'width'>,
  channels: number,
): Grid {
  return {
    counts: [height, width, channels],
    strides: [strideHeight * frame.width * channels, strideWidth * channels, 1],
  };
}
