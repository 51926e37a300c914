import { describe, expect, it } from 'vitest';
import { packRows, rowProducts } from '../../src/linalg/row_products.js';

const COLUMNS = 7;
const data = Float32Array.from({ length: 20 * COLUMNS }, (_, i) => ((i * 37) % 23) - 11 + i / 64);
const centre = Float64Array.from({ length: COLUMNS }, (_, j) => j / 8 - 0.25);
const value = (row: number, j: number) => data[row * COLUMNS + j]! - centre[j]!;

describe('rowProducts', () => {
  it.each([
    [
      [3, 0, 7, 11],
      [1, 2, 5, 19],
    ],
    [[4], [9, 8, 7, 6, 5]],
    [Array.from({ length: 13 }, (_, i) => i), [0, 17, 3]],
  ])('are those of rows %j and %j, less the centre', (rows, others) => {
    const a = packRows(data, COLUMNS, Int32Array.from(rows), centre);
    const b = packRows(data, COLUMNS, Int32Array.from(others), centre);
    const stride = 8;
    const out = new Float64Array(16 * stride).fill(NaN);
    rowProducts(a, b, COLUMNS, stride, out);
    rows.forEach((row, i) =>
      others.forEach((other, j) => {
        let product = 0;
        for (let k = 0; k < COLUMNS; k++) product += value(row, k) * value(other, k);
        expect(out[i * stride + j]).toBe(product);
      }),
    );
  });
});
