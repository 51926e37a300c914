import { pace } from '../internal/pace.js';
import { fusedHeap, GROUP, rowMajor, transposed, wholeGroups } from './float64_heap.js';
import { pivotRounding } from './pivoted_cholesky.js';

/** Number of rows that one product of matrices subtracts from all that follow. */
const BLOCK = 64;
/** Least part of its diagonal element that a pivot must keep, so that it is not all rounding. */
const SINGULAR = Math.sqrt(Number.EPSILON);

/**
 * Computes the upper triangle R of a symmetric positive definite matrix Σ = RᵀR, in float64.
 *
 * It takes half as long as {@link pivotedCholesky}, which handles the matrices this refuses: those with a
 * pivot that may be rounding, 2⁻²⁶ Σᵢᵢ or {@link pivotRounding} at most. Without pivoting, a small pivot
 * amplifies the rounding of those behind it.
 *
 * @param matrix Row after row, n · n finite numbers; unchanged, and read on and above its diagonal.
 * @param n At least 1.
 * @returns The rows of R, or `undefined` if Σ may be singular, or is indefinite.
 *
 * @see Golub and Van Loan 2013, "Matrix computations", section 4.2
 */
export async function cholesky(
  matrix: Float64Array,
  n: number,
): Promise<readonly Float64Array[] | undefined> {
  const stride = wholeGroups(n);
  const heap = fusedHeap(stride * stride, stride);
  const { values } = heap;
  const part = (i: number, j: number) => rowMajor(i * stride + j, stride);
  let largest = 0;
  for (let i = 0; i < n; i++) {
    values.set(matrix.subarray(i * n + i, i * n + n), part(i, i).at);
    largest = Math.max(largest, matrix[i * n + i]!);
  }
  const least = Float64Array.from({ length: n }, (_, i) =>
    Math.max(pivotRounding(n, largest), SINGULAR * matrix[i * n + i]!),
  );

  const turn = pace();
  for (let block = 0; block < n; block += BLOCK) {
    const next = Math.min(block + BLOCK, stride);
    for (let i = block; i < next; i += GROUP) {
      const c = part(i, i);
      const [a, b] = [transposed(part(block, i)), part(block, i)];
      heap.multiply({ c, a, b, m: GROUP, n: stride - i, k: i - block, subtract: true });
      const group = Array.from({ length: Math.min(GROUP, n - i) }, (_, row) =>
        values.subarray(part(i + row, i).at, part(i + row, n).at),
      );
      if (!eliminate(group, least.subarray(i))) return undefined;
    }
    const c = part(next, next);
    const [a, b] = [transposed(part(block, next)), part(block, next)];
    const [rest, k] = [stride - next, next - block];
    heap.multiply({ c, a, b, m: rest, n: rest, k, subtract: true, upper: true });
    await turn();
  }
  return Array.from({ length: n }, (_, i) => {
    values.fill(0, part(i, i - (i % GROUP)).at, part(i, i).at); // remains of products
    return values.subarray(part(i, 0).at, part(i, n).at);
  });
}

/** Factors a few rows, from the column of the first pivot on; returns false if a pivot is too small. */
function eliminate(rows: readonly Float64Array[], least: Float64Array): boolean {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const pivot = row[i]!;
    if (!(pivot > least[i]!)) return false;
    const root = Math.sqrt(pivot);
    for (let j = i; j < row.length; j++) row[j]! /= root;
    for (let below = i + 1; below < rows.length; below++) {
      const other = rows[below]!;
      const share = row[below]!;
      for (let j = below; j < row.length; j++) other[j]! -= share * row[j]!;
    }
  }
  return true;
}
