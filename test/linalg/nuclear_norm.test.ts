import { describe, expect, it } from 'vitest';
import { nuclearNorm } from '../../src/linalg/nuclear_norm.js';
import { fc } from '../helpers/properties.js';
import { singularValues } from '../helpers/singular_values.js';
import { fixture } from '../helpers/fixtures.js';

interface Case {
  name: string;
  shape: [number, number];
  data: number[];
  norm: number;
}
const { nuclear } = fixture<{ nuclear: Case[] }>('metrics');

const rowsOf = (data: ArrayLike<number>, [rows, columns]: readonly [number, number]) =>
  Array.from({ length: rows }, (_, i) =>
    Float64Array.from({ length: columns }, (_, j) => data[i * columns + j]!),
  );

describe('nuclearNorm', () => {
  it.each(nuclear)('equals the sum of numpy.linalg.svd: $name', async ({ shape, data, norm }) => {
    expect(await nuclearNorm(rowsOf(data, shape))).toBeAllclose(norm, { rtol: 1e-13 });
  });

  it('equals the sum of Jacobi’s singular values', async () => {
    const size = fc.integer({ min: 1, max: 9 });
    const matrix = fc.tuple(size, size).chain(([rows, columns]) =>
      fc.record({
        shape: fc.constant([rows, columns] as const),
        data: fc.array(fc.double({ min: -100, max: 100, noNaN: true }), {
          minLength: rows * columns,
          maxLength: rows * columns,
        }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(matrix, async ({ shape, data }) => {
        const rows = rowsOf(data, shape);
        const before = rows.map((row) => row.slice());
        const expected = singularValues(data, ...shape).reduce((a, b) => a + b);
        expect(await nuclearNorm(rows)).toBeAllclose(expected, { rtol: 1e-13, atol: 1e-300 });
        expect(rows).toEqual(before);
      }),
    );
  });

  it.each([1e-200, 1e200])('neither overflows nor vanishes at scale %d', async (scale) => {
    const rows = [Float64Array.of(3 * scale, 0), Float64Array.of(0, 4 * scale)];
    expect(await nuclearNorm(rows)).toBeAllclose(7 * scale, { rtol: 1e-14 });
  });

  it('is 0 for nothing and for zeros', async () => {
    expect(await nuclearNorm([])).toBe(0);
    expect(await nuclearNorm([new Float64Array(3), new Float64Array(3)])).toBe(0);
    expect(await nuclearNorm([new Float64Array(0)])).toBe(0);
  });
});
