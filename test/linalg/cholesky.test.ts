import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { cholesky } from '../../src/linalg/cholesky.js';

/** XᵀX of random X [rows, n]. */
function gram(rows: number, n: number): Float64Array {
  const x = new RandomStream(rows + n).normalValues(rows * n);
  return Float64Array.from({ length: n * n }, (_, at) => {
    let total = 0;
    for (let r = 0; r < rows; r++) total += x[r * n + Math.floor(at / n)]! * x[r * n + (at % n)]!;
    return total;
  });
}

describe('cholesky', () => {
  it.each([1, 2, 3, 4, 5, 7, 64, 65, 130, 200])(
    'factors a positive definite matrix of %i rows',
    async (n) => {
      const matrix = gram(2 * n, n);
      const before = matrix.slice();
      const rows = (await cholesky(matrix, n))!;
      expect(rows.map((row) => row.length)).toEqual(new Array(n).fill(n));
      const product = Float64Array.from({ length: n * n }, (_, at) =>
        rows.reduce((total, row) => total + row[Math.floor(at / n)]! * row[at % n]!, 0),
      );
      expect(product).toBeAllclose(matrix, { rtol: 0, atol: 1e-14 * Math.max(...matrix) });
      rows.forEach((row, i) => {
        expect(row.subarray(0, i)).toEqual(new Float64Array(i));
        expect(row[i]).toBeGreaterThan(0);
      });
      expect(matrix).toEqual(before);
    },
  );

  it.each([
    ['zero', 3, new Float64Array(9)],
    ['of one vector', 2, Float64Array.of(1, 1, 1, 1)],
    ['of fewer vectors than dimensions', 100, gram(70, 100)],
    ['with a negative diagonal element', 2, Float64Array.of(1, 0, 0, -1)],
    ['indefinite', 3, Float64Array.of(1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1)],
    ['singular to rounding', 2, Float64Array.of(1, 1, 1, 1 + 2 ** -30)],
    ['small beside its largest element', 2, Float64Array.of(1, 0, 0, 2 ** -52)],
  ])('leaves a matrix that is %s', async (_, n, matrix) => {
    expect(await cholesky(matrix, n)).toBeUndefined();
  });
});
