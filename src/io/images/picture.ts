import { isUint16Array, isUint8Array } from '../../internal/brands.js';
import type { RasterImage } from '../image_grid.js';

/** Samples of 8 or of 16 bits; those of 16 bits are floats after resizing. */
export type Samples = Uint8Array | Uint16Array | Float32Array;

/** A picture between its file and a network. */
export interface Picture extends Omit<RasterImage, 'data'> {
  readonly data: Samples;
}

/** A picture as it is in a file. */
export interface FilePicture extends Picture {
  readonly data: Uint8Array | Uint16Array;
  /** A description of what is wrong with the file, although its pixels are complete. */
  readonly warning?: string;
}

/** The choice of what to keep from a file. */
export interface Keep {
  /** Whether samples of 16 bits are kept as such; otherwise only their upper 8 bits. */
  readonly deep: boolean;
  /**
   * Whether the alpha of palettes and of the single clear colour becomes a channel; otherwise only alpha channels
   * are kept.
   */
  readonly transparency: boolean;
}

/** Makes an array of the same kind as `samples`. */
export function samplesLike(samples: Samples, length: number): Samples {
  if (isUint8Array(samples)) return new Uint8Array(length);
  return isUint16Array(samples) ? new Uint16Array(length) : new Float32Array(length);
}
