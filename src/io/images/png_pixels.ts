import { BadImage } from './bad_image.js';
import { PNG_SAMPLES } from './png_chunks.js';
import type { PNGHeader } from './png_chunks.js';

/** One of the images that form an interlaced file, with the positions of its pixels in the whole. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly width: number;
  readonly height: number;
}

/** The seven passes of Adam7: x, y, dx, dy. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function passesOf({ width, height, interlaced }: PNGHeader): Pass[] {
  if (!interlaced) return [{ x: 0, y: 0, dx: 1, dy: 1, width, height }];
  return ADAM7.map(([x, y, dx, dy]) => ({
    ...{ x, y, dx, dy },
    width: Math.ceil((width - x) / dx),
    height: Math.ceil((height - y) / dy),
  })).filter((pass) => pass.width > 0 && pass.height > 0);
}

const rowBytes = (header: PNGHeader, width: number) =>
  Math.ceil((width * PNG_SAMPLES[header.colour] * header.depth) / 8);

/** Returns the number of bytes in the filtered rows of all passes. */
export function filteredSize(header: PNGHeader): number {
  return passesOf(header).reduce(
    (size, { width, height }) => size + height * (1 + rowBytes(header, width)),
    0,
  );
}

/**
 * Computes the samples from the filtered rows: with 16 bits if the file has them and `deep` is true, else with 8.
 * Smaller samples are scaled to 0 … 255, and of 16 bits the upper 8 are used; palette indices are unchanged.
 */
export function unfilteredSamples(
  header: PNGHeader,
  filtered: Uint8Array,
  deep: boolean,
): Uint8Array | Uint16Array {
  const { width, height, depth, colour } = header;
  const samples = PNG_SAMPLES[colour];
  const size = width * height * samples;
  const wide = deep && depth === 16;
  const result = wide ? new Uint16Array(size) : new Uint8Array(size);
  const spread = depth < 8 && colour !== 'palette' ? 255 / (2 ** depth - 1) : 1;
  const mask = 2 ** Math.min(depth, 8) - 1;
  const distance = Math.max(1, (samples * depth) / 8); // to the same byte of the pixel before
  let at = 0;
  for (const pass of passesOf(header)) {
    const length = rowBytes(header, pass.width);
    let above: Uint8Array = new Uint8Array(length);
    for (let row = 0; row < pass.height; row++) {
      const line = filtered.subarray(at + 1, at + 1 + length);
      unfilter(filtered[at]!, line, above, distance);
      const start = (pass.y + row * pass.dy) * width + pass.x;
      if (depth === 8 && pass.dx === 1) result.set(line, start * samples);
      else
        for (let i = 0; i < pass.width * samples; i++) {
          const bit = i * depth;
          let value = line[bit >>> 3]!;
          if (depth < 8) value = (value >>> (8 - depth - (bit & 7))) & mask;
          else if (wide) value = (value << 8) | line[(bit >>> 3) + 1]!;
          const pixel = Math.floor(i / samples);
          result[(start + pixel * pass.dx) * samples + (i % samples)] = value * spread;
        }
      above = line;
      at += 1 + length;
    }
  }
  return result;
}

/** Undoes the filter of one row, in place. */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array, distance: number): void {
  if (filter > 4) throw new BadImage(`its filter ${filter} does not exist`);
  if (filter === 0) return;
  for (let i = 0; i < line.length; i++) {
    const left = i < distance ? 0 : line[i - distance]!;
    const up = above[i]!;
    if (filter === 1) line[i]! += left;
    else if (filter === 2) line[i]! += up;
    else if (filter === 3) line[i]! += (left + up) >> 1;
    else line[i]! += nearest(left, up, i < distance ? 0 : above[i - distance]!);
  }
}

/** Computes Paeth's predictor: the one of left, up and corner that is nearest to left + up − corner. */
function nearest(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [
    Math.abs(estimate - left),
    Math.abs(estimate - up),
    Math.abs(estimate - corner),
  ];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
