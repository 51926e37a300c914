import { tensor, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRows } from '../../src/metrics/rows.js';
import { useBackend } from '../helpers/backends.js';

describe('readRows', () => {
  beforeAll(() => useBackend('cpu'));

  it('reads tensors back and takes host memory as it is', async () => {
    const x = tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const read = await readRows('f', 'x', x);
    expect(read).toEqual({ data: Float32Array.of(1, 2, 3, 4, 5, 6), rows: 2, columns: 3 });
    const data = Float64Array.of(1, 2, 3, 4);
    expect((await readRows('f', 'x', { data, shape: [4, 1] })).data).toBe(data);
    x.dispose();
  });

  it('flattens samples where that is asked for', async () => {
    const x = tensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2, 1]);
    const { rows, columns } = await readRows('f', 'x', x, { flatten: true });
    expect([rows, columns]).toEqual([2, 4]);
    await expect(readRows('f', 'x', x)).rejects.toThrow(/f: `x` must be of rank 2/);
    x.dispose();
  });

  const data = new Float32Array(6);
  it.each([
    ['null', null, /a tensor or \{ data, shape \}\. Received: null/],
    ['a number', 3, /Received: 3/],
    ['another key', { data, shape: [2, 3], rows: 2 }, /keys data, shape\. Received: "rows"/],
    ['a list as data', { data: [1, 2], shape: [1, 2] }, /`x\.data` must be a Float32Array or/],
    ['integers as data', { data: new Int32Array(6), shape: [2, 3] }, /`x\.data`/],
    ['no shape', { data, shape: 6 }, /`x\.shape` must be \[rows, columns\]\. Received: 6/],
    ['too few sizes', { data, shape: [6] }, /`x\.shape` must be \[rows, columns\]/],
    ['another size', { data, shape: [2, 2] }, /sizes of product 6\. Received: \[2, 2\]/],
    ['a fraction', { data, shape: [1.5, 4] }, /sizes of product 6/],
    ['negative sizes', { data, shape: [-2, -3] }, /at least one row and one column/],
    ['no columns', { data: new Float32Array(0), shape: [2, 0] }, /at least one row and one column/],
    ['-Infinity', { data: Float32Array.of(1, -Infinity), shape: [2, 1] }, /"-Infinity in row 1"/],
  ])('refuses %s', async (_, value, message) => {
    await expect(readRows('f', 'x', value)).rejects.toThrow(message);
  });

  it('refuses a disposed tensor', async () => {
    const x = tensor2d([[1]]);
    x.dispose();
    await expect(readRows('f', 'x', x)).rejects.toThrow(/alive/);
  });
});
