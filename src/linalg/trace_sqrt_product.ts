import { pace } from '../internal/pace.js';
import { fusedHeap, rowMajor, transposed } from './float64_heap.js';
import { nuclearNorm } from './nuclear_norm.js';

/** So many rows of A are multiplied at a time. */
const BLOCK = 64;

const roundUp = (size: number) => Math.ceil(size / 4) * 4;

/**
 * The trace of the square root of a product of two symmetric positive semi-definite matrices, given
 * by their factors: with Σ₁ = AᵀA and Σ₂ = BᵀB, `Tr √(Σ₁Σ₂) = ‖A Bᵀ‖_*`.
 *
 * Σ₁Σ₂ has the eigenvalues of (ABᵀ)(ABᵀ)ᵀ, and their roots are the singular values of ABᵀ. So
 * nothing is squared and rooted again, no root is taken of a rounded zero, and no matrix need be of
 * full rank. A factor is what {@link pivotedCholesky} returns, or the centred samples / √(n − 1).
 *
 * @param a The rows of A; none stand for Σ₁ = 0.
 * @param b The rows of B, as long as those of A.
 * @returns The trace, from 0 on.
 */
export async function traceSqrtProduct(
  a: readonly Float64Array[],
  b: readonly Float64Array[],
): Promise<number> {
  return a.length === 0 || b.length === 0 ? 0 : nuclearNorm(await product(a, b));
}

/** The rows of ABᵀ. */
async function product(
  a: readonly Float64Array[],
  b: readonly Float64Array[],
): Promise<Float64Array[]> {
  const { order, ends } = triangle(a);
  const terms = order.length;
  const columns = roundUp(b.length);
  const right = rowMajor(0, terms);
  const left = rowMajor(columns * terms, terms);
  const result = rowMajor((columns + BLOCK) * terms, columns);
  const heap = fusedHeap(result.at + BLOCK * columns, columns);
  const { values } = heap;
  const put = (row: Float64Array, at: number) => {
    for (let j = 0; j < terms; j++) values[at + j] = row[order[j]!]!;
  };
  b.forEach((row, i) => put(row, i * terms));

  const rows: Float64Array[] = [];
  const turn = pace();
  for (let start = 0; start < a.length; start += BLOCK) {
    const block = a.slice(start, start + BLOCK);
    values.fill(0, left.at);
    block.forEach((row, i) => put(row, left.at + i * terms));
    const first = ends.filter((end) => end < start).length; // zeros in this block and all after it
    const [m, n, k] = [roundUp(block.length), columns, terms - first];
    const from = { ...left, at: left.at + first };
    heap.multiply({ c: result, a: from, b: transposed({ ...right, at: first }), m, n, k });
    block.forEach((_, i) => {
      const at = result.at + i * columns;
      rows.push(values.slice(at, at + b.length));
    });
    await turn();
  }
  return rows;
}

/** The columns in the order in which they end, which makes a pivoted Cholesky factor triangular. */
function triangle(a: readonly Float64Array[]): { order: Int32Array; ends: Int32Array } {
  const last = new Int32Array(a[0]!.length).fill(-1);
  a.forEach((row, i) => row.forEach((value, j) => value !== 0 && (last[j] = i)));
  const order = Int32Array.from(last.keys()).sort((i, j) => last[i]! - last[j]!);
  return { order, ends: order.map((j) => last[j]!) };
}
