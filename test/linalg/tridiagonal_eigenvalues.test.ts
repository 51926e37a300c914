import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tridiagonalEigenvalues } from '../../src/linalg/tridiagonal_eigenvalues.js';
import { fixture } from '../helpers/fixtures.js';

interface Case {
  name: string;
  diagonal: number[];
  off: number[];
  values: number[];
}
const { tridiagonal } = fixture<{ tridiagonal: Case[] }>('metrics');

describe('tridiagonalEigenvalues', () => {
  it.each(tridiagonal)('equals eigh: $name', async ({ diagonal, off, values }) => {
    const found = await tridiagonalEigenvalues(Float64Array.from(diagonal), Float64Array.from(off));
    expect(found).toBeAllclose(values, { rtol: 1e-14 });
  });

  it('has a closed form for the discrete Laplacian', async () => {
    const n = 200;
    const found = await tridiagonalEigenvalues(
      new Float64Array(n).fill(2),
      new Float64Array(n - 1).fill(-1),
    );
    const exact = Array.from(
      { length: n },
      (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)),
    );
    expect(found).toBeAllclose(exact, { rtol: 1e-14 });
  });

  it('keeps trace and Frobenius norm, and its inputs', async () => {
    const values = fc.double({ min: -10, max: 10, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(values, values), { minLength: 1 }), async (pairs) => {
        const diagonal = Float64Array.from(pairs, ([d]) => d);
        const off = Float64Array.from(pairs.slice(1), ([, e]) => e);
        const before = [diagonal.slice(), off.slice()];
        const found = await tridiagonalEigenvalues(diagonal, off);
        expect([diagonal, off]).toEqual(before);
        const sum = (x: Float64Array, f: (v: number) => number) =>
          x.reduce((total, v) => total + f(v), 0);
        const trace = sum(diagonal, (v) => v);
        const square = sum(diagonal, (v) => v * v) + 2 * sum(off, (v) => v * v);
        expect(sum(found, (v) => v)).toBeAllclose(trace, { atol: 1e-11 });
        expect(sum(found, (v) => v * v)).toBeAllclose(square, { rtol: 1e-12, atol: 1e-12 });
      }),
    );
  });
});
