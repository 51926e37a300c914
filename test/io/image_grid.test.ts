import { tensor4d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageGrid } from '../../src/io/image_grid.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

const rows = (data: Uint8Array, width: number) =>
  Array.from({ length: data.length / width }, (_, y) => [
    ...data.subarray(y * width, (y + 1) * width),
  ]);

describe.each(BACKENDS)('imageGrid on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('lays grey images out row by row, with gaps and an empty place', async () => {
    const images = tensor4d(
      [-1, -0.6, 0.2, 1, /**/ 1, 1, 1, 1, /**/ -0.2, 0.6, 0, -1],
      [3, 2, 2, 1],
    );
    const grid = await imageGrid(images, { columns: 2, gap: 1, background: 7 });
    expect([grid.width, grid.height, grid.channels]).toEqual([5, 5, 1]);
    expect(rows(grid.data, 5)).toEqual([
      [0, 51, 7, 255, 255],
      [153, 255, 7, 255, 255],
      [7, 7, 7, 7, 7],
      [102, 204, 7, 7, 7],
      [128, 0, 7, 7, 7],
    ]);
    images.dispose();
  });

  it('keeps the channels of a pixel together and enlarges pixels, not gaps', async () => {
    const images = tensor4d([0, 0.2, 0.4, 0.6, 0.8, 1], [2, 1, 1, 3]);
    const grid = await imageGrid(images, { scale: 2, gap: 1, range: [0, 1], background: 9 });
    const left = [0, 51, 102];
    const right = [153, 204, 255];
    const row = [...left, ...left, 9, 9, 9, ...right, ...right];
    expect([grid.width, grid.height, grid.channels]).toEqual([5, 2, 3]);
    expect(rows(grid.data, 15)).toEqual([row, row]);
    images.dispose();
  });

  it('clamps what lies outside the range; NaN is black', async () => {
    const images = tensor4d([-3, 7, NaN, Infinity, -Infinity, 0.5], [1, 2, 3, 1]);
    expect([...(await imageGrid(images)).data]).toEqual([0, 255, 0, 255, 0, 191]);
    images.dispose();
  });

  it('is about square by default, and not wider than the batch', async () => {
    const images: Tensor4D = zeros([10, 4, 6, 1]);
    const square = await imageGrid(images);
    expect([square.width, square.height]).toEqual([4 * 8 - 2, 3 * 6 - 2]);
    const line = await imageGrid(images, { columns: 99, gap: 0 });
    expect([line.width, line.height]).toEqual([60, 4]);
    images.dispose();
  });

  it('leaves the images alive and nothing behind', async () => {
    const images: Tensor4D = zeros([2, 3, 3, 1]);
    await expectNoLeak(() => imageGrid(images));
    expect(images.isDisposed).toBe(false);
    images.dispose();
  });
});

describe('bad input', () => {
  beforeAll(() => useBackend('cpu'));
  const cases: [string, () => unknown, unknown, RegExp][] = [
    ['no tensor', () => [1], {}, /imageGrid: `images` must be a tensor/],
    ['another rank', () => zeros([2, 2]), {}, /of rank 4\. Received: Tensor \(shape \[2,2\]/],
    ['another dtype', () => zeros([1, 2, 2, 1], 'int32'), {}, /of dtype float32/],
    ['two channels', () => zeros([1, 2, 2, 2]), {}, /of 1 or 3 channels/],
    ['no images', () => zeros([0, 2, 2, 1]), {}, /at least one image/],
    [
      'another option',
      () => zeros([1, 2, 2, 1]),
      { cols: 3 },
      /columns, gap, scale, range, background/,
    ],
    [
      'columns',
      () => zeros([1, 2, 2, 1]),
      { columns: 0 },
      /`columns` must be an integer >= 1\. Received: 0/,
    ],
    ['gap', () => zeros([1, 2, 2, 1]), { gap: -1 }, /`gap` must be an integer >= 0/],
    ['scale', () => zeros([1, 2, 2, 1]), { scale: 1.5 }, /`scale` must be an integer >= 1/],
    [
      'background',
      () => zeros([1, 2, 2, 1]),
      { background: 256 },
      /`background` must be .* <= 255/,
    ],
    [
      'a range that is empty',
      () => zeros([1, 2, 2, 1]),
      { range: [1, 1] },
      /`range\[1\]` must be a finite number > 1/,
    ],
    ['a range that is no pair', () => zeros([1, 2, 2, 1]), { range: 1 }, /`range` must be a pair/],
    [
      'a picture too large',
      () => zeros([1, 2, 2, 1]),
      { scale: 1_000_000 },
      /small enough for a picture/,
    ],
  ];
  it.each(cases)('%s', async (_, images, options, message) => {
    await expect(imageGrid(images() as never, options as never)).rejects.toThrow(message);
  });
});
