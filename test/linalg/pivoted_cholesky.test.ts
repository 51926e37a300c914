import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { pivotedCholesky } from '../../src/linalg/pivoted_cholesky.js';

/** XᵀX of random X [rows, n], whose rank is min(rows, n). */
function gram(rows: number, n: number, seed: number): Float64Array {
  const x = new RandomStream(seed).normalValues(rows * n);
  return Float64Array.from({ length: n * n }, (_, at) => {
    let total = 0;
    for (let r = 0; r < rows; r++) total += x[r * n + Math.floor(at / n)]! * x[r * n + (at % n)]!;
    return total;
  });
}

const product = (factor: readonly Float64Array[], n: number) =>
  Float64Array.from({ length: n * n }, (_, at) =>
    factor.reduce((total, row) => total + row[Math.floor(at / n)]! * row[at % n]!, 0),
  );

describe('pivotedCholesky', () => {
  it.each([
    [12, 7],
    [7, 7],
    [3, 9],
    [1, 5],
    [30, 1],
  ])('factors the Gram matrix of %i vectors in %i dimensions', async (rows, n) => {
    const matrix = gram(rows, n, rows + n);
    const before = matrix.slice();
    const { factor, deficit } = await pivotedCholesky(matrix, n);
    expect(factor.length).toBe(Math.min(rows, n));
    expect(product(factor, n)).toBeAllclose(matrix, { rtol: 1e-14 });
    expect(deficit).toBeLessThan(1e-14 * Math.max(...matrix));
    expect(matrix).toEqual(before);
  });

  it('is exactly triangular in the order of its pivots', async () => {
    const { factor } = await pivotedCholesky(gram(20, 6, 1), 6);
    const zeros = factor.map((row) => row.reduce((count, v) => count + Number(v === 0), 0));
    expect(zeros).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('finds no factor of zero', async () => {
    expect(await pivotedCholesky(new Float64Array(9), 3)).toEqual({ factor: [], deficit: 0 });
  });

  it('shows a negative eigenvalue', async () => {
    const indefinite = Float64Array.of(1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1);
    expect((await pivotedCholesky(indefinite, 3)).deficit).toBeGreaterThan(1);
  });

  it('stops at the noise of a matrix that was rounded to float32', async () => {
    const matrix = Float64Array.from(gram(20, 64, 1), Math.fround);
    const { factor, deficit } = await pivotedCholesky(matrix, 64);
    const bound = 2 * 2 ** -23 * Math.max(...matrix);
    expect(factor.length).toBeLessThan(25);
    expect(product(factor, 64)).toBeAllclose(matrix, { rtol: 0, atol: bound });
    expect(deficit).toBeLessThan(bound);
  });
});
