import { describe, expect, it } from 'vitest';
import { centredRows, columnMeans } from '../../src/metrics/centred_rows.js';

const matrix = { data: Float64Array.of(1, 2, 3, 6, 5, 1, 7, 11), rows: 4, columns: 2 };

describe('centredRows', () => {
  it('takes at most so many rows from the start, moves them and measures them', () => {
    const part = centredRows(matrix, 1, 2, Float64Array.of(2, 2));
    expect([part.start, part.rows]).toEqual([1, 2]);
    expect([...part.values]).toEqual([1, 4, 3, -1]);
    expect([...part.norms]).toEqual([Math.sqrt(17), Math.sqrt(10)]);
    expect(centredRows(matrix, 3, 2, Float64Array.of(2, 2)).rows).toBe(1);
  });

  it('measures what float32 holds', () => {
    const third = { data: Float64Array.of(1 / 3), rows: 1, columns: 1 };
    expect(centredRows(third, 0, 1, Float64Array.of(0)).norms[0]).toBe(Math.fround(1 / 3));
  });
});

describe('columnMeans', () => {
  it('is the mean of each column', async () => {
    expect(await columnMeans(matrix)).toBeAllclose([4, 5], { rtol: 1e-15 });
  });
});
