import { isFloat32Array, isUint8Array } from '../../internal/brands.js';
import type { Picture, Samples } from './picture.js';

/** The parameter of Keys's kernel; −½ reproduces quadratic functions. */
const A = -0.5;
/**
 * The number of fraction bits in the weights of bytes: an int32 has room for them beside 8 bits of a pixel and 2
 * of overshoot.
 */
const FRACTION_BITS = 22;
/** The value that is added to a sum, because the shift at its end rounds down. */
const HALF = 2 ** (FRACTION_BITS - 1);

/**
 * Resizes as `PIL.Image.resize(…, BICUBIC)` does, to the same bits: with Keys's kernel, which is widened by the
 * factor of reduction against aliasing; rows first, then columns, rounded to bytes after each. (Pillow 13 resizes
 * columns first if that is less work; earlier versions never do.) Samples of 16 bits are rounded only to float32,
 * as in PIL's mode F.
 *
 * @see Keys 1981, "Cubic convolution interpolation for digital image processing"
 */
export function resizeBicubic(image: Picture, width: number, height: number): Picture {
  const { channels } = image;
  let { data } = image;
  if (width !== image.width) data = resizeRows(data, image, width);
  if (height !== image.height) data = resizeColumns(data, width * channels, image.height, height);
  return { width, height, channels, data };
}

/** Makes the array for a result; bytes are limited to 0 … 255 in it. */
function resultLike(source: Samples, length: number): Uint8ClampedArray | Float32Array {
  return isUint8Array(source) ? new Uint8ClampedArray(length) : new Float32Array(length);
}
const asSamples = (result: Uint8ClampedArray | Float32Array): Samples =>
  isFloat32Array(result) ? result : new Uint8Array(result.buffer);

function resizeRows(source: Samples, image: Picture, width: number): Samples {
  const { height, channels } = image;
  const bytes = isUint8Array(source);
  const { first, counts, weights, most } = weightsOf(image.width, width, bytes);
  const result = resultLike(source, height * width * channels);
  let to = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const start = (y * image.width + first[x]!) * channels;
      const end = x * most + counts[x]!;
      for (let channel = 0; channel < channels; channel++) {
        let sum = bytes ? HALF : 0;
        for (let k = x * most, from = start + channel; k < end; k++, from += channels)
          sum += source[from]! * weights[k]!;
        result[to++] = bytes ? sum >> FRACTION_BITS : sum;
      }
    }
  return asSamples(result);
}

/** Resizes columns, whole rows at a time, because the pixels of a column are not adjacent. */
function resizeColumns(source: Samples, row: number, height: number, wanted: number): Samples {
  const bytes = isUint8Array(source);
  const { first, counts, weights, most } = weightsOf(height, wanted, bytes);
  const result = resultLike(source, row * wanted);
  const sums = bytes ? new Int32Array(row) : new Float64Array(row);
  for (let y = 0; y < wanted; y++) {
    sums.fill(bytes ? HALF : 0);
    for (let k = 0; k < counts[y]!; k++) {
      const weight = weights[y * most + k]!;
      const start = (first[y]! + k) * row;
      for (let x = 0; x < row; x++) sums[x]! += source[start + x]! * weight;
    }
    for (let x = 0; x < row; x++)
      result[y * row + x] = bytes ? sums[x]! >> FRACTION_BITS : sums[x]!;
  }
  return asSamples(result);
}

/**
 * Computes for each pixel of the result the first source pixel, the number of source pixels, and their weights,
 * which are integers for bytes.
 */
function weightsOf(taps: number, wanted: number, bytes: boolean) {
  const scale = taps / wanted;
  const widening = Math.max(scale, 1);
  const support = 2 * widening;
  const most = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(wanted);
  const counts = new Int32Array(wanted);
  const weights = bytes ? new Int32Array(wanted * most) : new Float64Array(wanted * most);
  for (let i = 0; i < wanted; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(taps, Math.trunc(centre + support + 0.5)) - start;
    const values = Array.from({ length: count }, (_, k) =>
      keys((start + k - centre + 0.5) * (1 / widening)),
    );
    const total = values.reduce((sum, value) => sum + value, 0);
    first[i] = start;
    counts[i] = count;
    values.forEach((value, k) => {
      const share = value / total;
      weights[i * most + k] = bytes ? rounded(share * 2 ** FRACTION_BITS) : share;
    });
  }
  return { first, counts, weights, most };
}

const rounded = (x: number) => Math.trunc(x < 0 ? x - 0.5 : x + 0.5);

function keys(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return ((A + 2) * t - (A + 3)) * t * t + 1;
  if (t < 2) return (((t - 5) * t + 8) * t - 4) * A;
  return 0;
}
