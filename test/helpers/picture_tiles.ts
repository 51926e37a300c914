import { readFileSync } from 'node:fs';
import { unstack } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { decode } from 'fast-png';
import { expect } from 'vitest';

/** The layout of a grid: `side` pixels across a tile, each drawn as a square, and gaps of two between tiles. */
export interface Grid {
  readonly columns: number;
  readonly side: number;
  readonly scale: number;
  readonly background?: number;
}

/**
 * Reads the PNG file of a grid of images.
 *
 * @returns The bytes of each image, row by row; tiles with nothing but background are left out.
 */
export function readTiles(path: string, { columns, side, scale, background = 0 }: Grid) {
  const { width, height, channels, data, depth } = decode(readFileSync(path));
  const period = side * scale + 2;
  expect(depth).toBe(8);
  expect(width).toBe(columns * period - 2);
  expect((height + 2) % period).toBe(0);
  const tiles: number[][] = [];
  for (let top = 0; top < height; top += period)
    for (let left = 0; left < width; left += period) {
      const tile: number[] = [];
      let odd = 0;
      for (let y = 0; y < side * scale; y++)
        for (let x = 0; x < side * scale; x++)
          for (let c = 0; c < channels; c++) {
            const byte = data[((top + y) * width + left + x) * channels + c]!;
            const [u, v] = [x - (x % scale), y - (y % scale)];
            if (byte !== data[((top + v) * width + left + u) * channels + c]) odd++;
            if (x === u && y === v) tile.push(byte);
          }
      expect(odd).toBe(0);
      if (tile.some((byte) => byte !== background)) tiles.push(tile);
    }
  return tiles;
}

/** Returns the bytes of each image of a batch in [−1, 1]. */
export async function tilesOf(images: Tensor): Promise<number[][]> {
  const rows = unstack(images);
  const values = await Promise.all(rows.map((row) => row.data()));
  rows.forEach((row) => row.dispose());
  return values.map((row) =>
    Array.from(row, (x) => Math.min(255, Math.max(0, Math.round((255 * (x + 1)) / 2)))),
  );
}
