import { pace } from '../internal/pace.js';
import { dot } from './dot.js';
import { tridiagonalEigenvalues } from './tridiagonal_eigenvalues.js';

/**
 * The sum of the singular values of a matrix, `‖A‖_* = Tr √(AᵀA)`, in float64.
 *
 * Householder reflections bring A to an upper bidiagonal B with the same singular values. With its
 * rows and columns interleaved, [[0, B], [Bᵀ, 0]] is tridiagonal with a zero diagonal, and its
 * eigenvalues are ±σ. AᵀA is never formed: its rounding would hide each σ below 1e-8 of the largest.
 *
 * @param matrix Rows of equal length and of finite numbers; left as they are.
 * @returns The norm, with an error of a few units of rounding of the largest σ; 0 without rows.
 *
 * @see Golub and Kahan 1965, "Calculating the singular values and pseudo-inverse of a matrix"
 */
export async function nuclearNorm(matrix: readonly Float64Array[]): Promise<number> {
  let largest = 0;
  for (const row of matrix) for (const value of row) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return 0;
  // of order one, so that no square overflows or vanishes
  const a = tall(matrix).map((row) => row.map((value) => value / largest));
  const offDiagonal = await bidiagonalize(a);
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

/** Overwrites `a` and returns b₁₁, b₁₂, b₂₂, b₂₃, …: the two diagonals of B, interleaved. */
async function bidiagonalize(a: readonly Float64Array[]): Promise<Float64Array> {
  const columns = a[0]!.length;
  const diagonals = new Float64Array(2 * columns - 1);
  const turn = pace();
  for (let k = 0; k < columns; k++) {
    const left = reflection(
      Float64Array.from(a, (row) => row[k]!),
      k,
    );
    diagonals[2 * k] = left.value;
    if (k === columns - 1) break;

    const product = new Float64Array(columns); // vᵀA
    for (let i = k; i < a.length; i++) addScaled(product, left.vector[i]!, a[i]!, k + 1);
    addScaled(a[k]!, -left.scale * left.vector[k]!, product, k + 1);
    const right = reflection(a[k]!, k + 1);
    diagonals[2 * k + 1] = right.value;
    // both reflections in one pass over the rest of A, which for large A is what takes the time
    for (let i = k + 1; i < a.length; i++) {
      const row = a[i]!;
      addScaled(row, -left.scale * left.vector[i]!, product, k + 1);
      addScaled(row, -right.scale * dot(row, right.vector, k + 1), right.vector, k + 1);
    }
    await turn();
  }
  return diagonals;
}

/** Squares below this have lost their digits; of a matrix of order one they are nothing. */
const TINY = 2 ** -1000;

/** I − scale · v vᵀ, which takes the elements of x from `from` on to (value, 0, 0, …). */
interface Reflection {
  readonly vector: Float64Array;
  readonly scale: number;
  readonly value: number;
}

function reflection(x: Float64Array, from: number): Reflection {
  const vector = Float64Array.from(x);
  const length = Math.sqrt(dot(x, x, from));
  const value = x[from]! > 0 ? -length : length; // away from x, so that nothing cancels
  vector[from]! -= value;
  const square = dot(vector, vector, from);
  return { vector, scale: square < TINY ? 0 : 2 / square, value };
}

/** y ← y + factor · x, from element `from` on. */
function addScaled(y: Float64Array, factor: number, x: Float64Array, from: number): void {
  for (let i = from; i < y.length; i++) y[i]! += factor * x[i]!;
}
