import { pace } from '../internal/pace.js';
import { fusedHeap, rowMajor, transposed, wholeGroups } from './float64_heap.js';
import { nuclearNorm } from './nuclear_norm.js';

/** Number of rows of A and of B multiplied at a time. */
const BLOCK = 128;

/**
 * Computes the trace of the square root of a product of two symmetric positive semi-definite
 * matrices from their factors: with Σ₁ = AᵀA and Σ₂ = BᵀB, `Tr √(Σ₁Σ₂) = ‖A Bᵀ‖_*`.
 *
 * Σ₁Σ₂ has the eigenvalues of (ABᵀ)(ABᵀ)ᵀ, and their roots are the singular values of ABᵀ. So
 * nothing is squared and rooted again, no root of a rounded zero is taken, and no matrix needs full
 * rank. A factor is a result of {@link pivotedCholesky}, or the centred samples / √(n − 1).
 *
 * @param a The rows of A; none for Σ₁ = 0.
 * @param b The rows of B, as long as those of A.
 * @returns The trace, 0 or more.
 */
export async function traceSqrtProduct(
  a: readonly Float64Array[],
  b: readonly Float64Array[],
): Promise<number> {
  return a.length === 0 || b.length === 0 ? 0 : nuclearNorm(await product(a, b));
}

/** Returns the rows of ABᵀ. */
async function product(
  a: readonly Float64Array[],
  b: readonly Float64Array[],
): Promise<Float64Array[]> {
  const order = endingOrder(a);
  const terms = order.length;
  const [left, right] = [a, b].map((rows) => Float64Array.from(rows, zerosBefore(order)));
  const columns = wholeGroups(b.length);
  const operand = rowMajor(0, terms);
  const block = rowMajor(columns * terms, terms);
  const result = rowMajor((columns + BLOCK) * terms, columns);
  const heap = fusedHeap(result.at + wholeGroups(a.length) * columns, BLOCK);
  const { values } = heap;
  const put = (row: Float64Array, at: number) => {
    for (let p = 0; p < terms; p++) values[at + p] = row[order[p]!]!;
  };
  for (let j = 0; j < b.length; j++) put(b[j]!, j * terms);

  const turn = pace();
  for (let i = 0; i < a.length; i += BLOCK) {
    const m = Math.min(BLOCK, wholeGroups(a.length - i));
    values.fill(0, block.at, result.at);
    for (let row = i; row < Math.min(i + BLOCK, a.length); row++)
      put(a[row]!, block.at + (row - i) * terms);
    for (let j = 0; j < columns; j += BLOCK) {
      const n = Math.min(BLOCK, columns - j);
      const first = Math.max(least(left!, i), least(right!, j)); // all before it are zeros in one of them
      heap.multiply({
        c: { ...result, at: result.at + i * columns + j },
        a: { ...block, at: block.at + first },
        b: transposed({ ...operand, at: j * terms + first }),
        m,
        n,
        k: terms - first,
      });
    }
    await turn();
  }
  return Array.from(a, (_, i) => {
    const at = result.at + i * columns;
    return values.subarray(at, at + b.length);
  });
}

/** Sorts the columns by where they end, which makes a pivoted Cholesky factor triangular. */
function endingOrder(rows: readonly Float64Array[]): Int32Array {
  const last = new Int32Array(rows[0]!.length).fill(-1);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    for (let j = 0; j < row.length; j++) if (row[j] !== 0) last[j] = i;
  }
  return Int32Array.from(last.keys()).sort((i, j) => last[i]! - last[j]!);
}

/** Counts the leading zeros of a row in such an order. */
const zerosBefore =
  (order: Int32Array) =>
  (row: Float64Array): number => {
    let zeros = 0;
    while (zeros < order.length && row[order[zeros]!] === 0) zeros++;
    return zeros;
  };

/** Returns the least of a block of counts. */
const least = (counts: Float64Array, from: number) =>
  counts.subarray(from, from + BLOCK).reduce((a, b) => Math.min(a, b));
