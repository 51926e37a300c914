import { isUint16Array, isUint8Array } from '../../internal/brands.js';
import type { RasterImage } from '../image_grid.js';

/** Samples of 8 bits, or of 16; those of 16 are not whole any more once they were resized. */
export type Samples = Uint8Array | Uint16Array | Float32Array;

/** A picture on its way from a file to a network. */
export interface Picture extends Omit<RasterImage, 'data'> {
  readonly data: Samples;
}

/** A picture as a file has it. */
export interface FilePicture extends Picture {
  readonly data: Uint8Array | Uint16Array;
  /** What is wrong with the file, though its pixels are whole. */
  readonly warning?: string;
}

/** What of a file is kept. */
export interface Keep {
  /** 16 bits where the file has them; otherwise the upper 8. */
  readonly deep: boolean;
  /** Alpha of palettes and of the one colour that is clear, as a channel; otherwise only alpha channels. */
  readonly transparency: boolean;
}

/** Samples of the kind of others. */
export function samplesLike(samples: Samples, length: number): Samples {
  if (isUint8Array(samples)) return new Uint8Array(length);
  return isUint16Array(samples) ? new Uint16Array(length) : new Float32Array(length);
}
