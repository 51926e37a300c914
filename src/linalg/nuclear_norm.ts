import { bandOf } from './band.js';
import { bidiagonalOf } from './bidiagonal.js';
import { bidiagonalSingularValues } from './bidiagonal_singular_values.js';

/**
 * Computes the sum of the singular values of a matrix, `‖A‖_* = Tr √(AᵀA)`, in float64.
 *
 * Householder reflections bring A to a band and then to an upper bidiagonal matrix with the same
 * singular values. AᵀA is never formed: its rounding would hide each σ below 1e-8 of the largest.
 *
 * @param matrix Rows of equal length and of finite numbers; unchanged.
 * @returns The norm, with an error of a few units of rounding of the largest σ; 0 without rows.
 *
 * @see Golub and Kahan 1965, "Calculating the singular values and pseudo-inverse of a matrix"; Bischof, Lang and Sun 2000, "A framework for symmetric band reduction"
 */
export async function nuclearNorm(matrix: readonly Float64Array[]): Promise<number> {
  let largest = 0;
  for (const row of matrix)
    for (let j = 0; j < row.length; j++) {
      const size = Math.abs(row[j]!);
      if (size > largest) largest = size;
    }
  if (largest === 0) return 0;
  const bidiagonal = await bidiagonalOf(await bandOf(tall(matrix), largest));
  const values = await bidiagonalSingularValues(bidiagonal);
  return largest * values.reduce((norm, value) => norm + value);
}

/** Returns the matrix or its transpose, whichever has at least as many rows as columns. */
function tall(matrix: readonly Float64Array[]): readonly Float64Array[] {
  const columns = matrix[0]!.length;
  if (matrix.length >= columns) return matrix;
  return Array.from({ length: columns }, (_, j) => Float64Array.from(matrix, (row) => row[j]!));
}
