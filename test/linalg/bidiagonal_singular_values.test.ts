import { describe, expect, it } from 'vitest';
import { bidiagonalSingularValues } from '../../src/linalg/bidiagonal_singular_values.js';
import { fixture } from '../helpers/fixtures.js';
import { fc } from '../helpers/properties.js';
import { singularValues } from '../helpers/singular_values.js';

interface Case {
  name: string;
  diagonal: number[];
  above: number[];
  values: number[];
}
const { bidiagonal } = fixture<{ bidiagonal: Case[] }>('metrics');

const interleaved = (diagonal: readonly number[], above: readonly number[]) =>
  Float64Array.from({ length: 2 * diagonal.length - 1 }, (_, i) =>
    i % 2 === 0 ? diagonal[i / 2]! : above[(i - 1) / 2]!,
  );
const sum = (values: Iterable<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('bidiagonalSingularValues', () => {
  it.each(bidiagonal)(
    'has the digits of each value, however small: $name',
    async ({ diagonal, above, values }) => {
      const found = await bidiagonalSingularValues(interleaved(diagonal, above));
      expect(found).toBeAllclose(values, { rtol: 2e-15, atol: 0 });
    },
  );

  it('has a closed form for ones', async () => {
    const n = 200; // BᵀB has 2 on its diagonal but for one 1, and ones beside it
    const found = await bidiagonalSingularValues(new Float64Array(2 * n - 1).fill(1));
    const exact = Array.from(
      { length: n },
      (_, k) => 2 * Math.sin(((2 * k + 1) * Math.PI) / (4 * n + 2)),
    );
    expect(found).toBeAllclose(exact, { rtol: 1e-14, atol: 0 });
  });

  it.each([1e-200, 1e200])('neither overflows nor vanishes at scale %d', async (scale) => {
    const found = await bidiagonalSingularValues(Float64Array.of(3 * scale, 0, 4 * scale));
    expect(found).toBeAllclose([3 * scale, 4 * scale], { rtol: 1e-15, atol: 0 });
  });

  it('equals Jacobi’s values, of any elements, and leaves them', async () => {
    const value = fc.oneof(
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.constantFrom(0, 1, -1, 1e-8, 1e-30),
    );
    const odd = fc.array(value, { minLength: 1, maxLength: 41 }).filter((x) => x.length % 2 === 1);
    await fc.assert(
      fc.asyncProperty(odd, async (values) => {
        const matrix = Float64Array.from(values);
        const n = (values.length + 1) / 2;
        const dense = new Array<number>(n * n).fill(0);
        values.forEach((x, i) => (dense[(i >> 1) * n + ((i + 1) >> 1)] = x));
        const expected = singularValues(dense, n, n).sort((a, b) => a - b);
        const found = await bidiagonalSingularValues(matrix);
        const atol = Math.max(1e-14 * Math.max(...expected), 1e-150); // squares of smaller ones vanish in Jacobi’s
        expect(found).toBeAllclose(expected, { rtol: 0, atol });
        expect(matrix).toEqual(Float64Array.from(values));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the Frobenius norm of a thousand rows', async () => {
    let seed = 1;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const matrix = Float64Array.from({ length: 1999 }, random);
    const found = await bidiagonalSingularValues(matrix);
    expect(found.length).toBe(1000);
    expect(found).toEqual(found.slice().sort());
    expect(sum(found.map((x) => x * x))).toBeAllclose(sum(matrix.map((x) => x * x)), {
      rtol: 1e-13,
    });
  });
});
