import { bandOf } from './band.js';
import { bidiagonalOf } from './bidiagonal.js';
import { tridiagonalEigenvalues } from './tridiagonal_eigenvalues.js';

/**
 * The sum of the singular values of a matrix, `‖A‖_* = Tr √(AᵀA)`, in float64.
 *
 * Householder reflections bring A to a band and then to an upper bidiagonal B with the same singular
 * values. With its rows and columns interleaved, [[0, B], [Bᵀ, 0]] is tridiagonal with a zero
 * diagonal, and its eigenvalues are ±σ. AᵀA is never formed: its rounding would hide each σ below
 * 1e-8 of the largest.
 *
 * @param matrix Rows of equal length and of finite numbers; left as they are.
 * @returns The norm, with an error of a few units of rounding of the largest σ; 0 without rows.
 *
 * @see Golub and Kahan 1965, "Calculating the singular values and pseudo-inverse of a matrix"; Bischof, Lang and Sun 2000, "A framework for symmetric band reduction"
 */
export async function nuclearNorm(matrix: readonly Float64Array[]): Promise<number> {
  let largest = 0;
  for (const row of matrix)
    for (let j = 0; j < row.length; j++) largest = Math.max(largest, Math.abs(row[j]!));
  if (largest === 0) return 0;
  // of order one, so that no square overflows or vanishes
  const a = tall(matrix).map((row) => row.map((value) => value / largest));
  const offDiagonal = await bidiagonalOf(await bandOf(a));
  const eigenvalues = await tridiagonalEigenvalues(
    new Float64Array(offDiagonal.length + 1),
    offDiagonal,
  );
  let norm = 0;
  for (const value of eigenvalues) norm += Math.abs(value) / 2;
  return norm * largest;
}

/** The matrix or its transpose, whichever has at least as many rows as columns. */
function tall(matrix: readonly Float64Array[]): readonly Float64Array[] {
  const columns = matrix[0]!.length;
  if (matrix.length >= columns) return matrix;
  return Array.from({ length: columns }, (_, j) => Float64Array.from(matrix, (row) => row[j]!));
}
