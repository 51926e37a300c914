import { pace } from '../internal/pace.js';

/**
 * All eigenvalues of a real symmetric tridiagonal matrix, by the implicit QL algorithm with
 * Wilkinson's shifts, in float64.
 *
 * Each has an error of a few units of rounding of the largest.
 *
 * @param diagonal n finite numbers.
 * @param offDiagonal n − 1 finite numbers: element i joins rows i and i + 1.
 * @returns n values, the smallest first.
 *
 * @see Dubrulle, Martin and Wilkinson 1968, "The implicit QL algorithm"
 */
export async function tridiagonalEigenvalues(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
): Promise<Float64Array> {
  const n = diagonal.length;
  const d = Float64Array.from(diagonal);
  const e = Float64Array.from({ length: n }, (_, i) => offDiagonal[i] ?? 0);
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(d[i]!), Math.abs(e[i]!));
  const negligible = Number.EPSILON * largest;
  const turn = pace();

  for (let low = 0; low < n; low++) {
    for (;;) {
      let high = low;
      while (high < n - 1 && Math.abs(e[high]!) > negligible) high++;
      if (high === low) break;
      sweep(d, e, low, high);
      await turn();
    }
  }
  return d.sort();
}

/** The eigenvalue of the leading 2×2 block that is nearer to its first diagonal element. */
function wilkinsonShift(d: Float64Array, e: Float64Array, low: number): number {
  const half = (d[low + 1]! - d[low]!) / (2 * e[low]!);
  const root = Math.hypot(half, 1);
  return d[low]! - e[low]! / (half + (half < 0 ? -root : root));
}

/** One QL step on the block low … high: plane rotations chase a bulge from its end to its start. */
function sweep(d: Float64Array, e: Float64Array, low: number, high: number): void {
  let pivot = d[high]! - wilkinsonShift(d, e, low);
  let sine = 1;
  let cosine = 1;
  let moved = 0;
  for (let i = high - 1; i >= low; i--) {
    const bulge = sine * e[i]!;
    const coupling = cosine * e[i]!;
    const length = Math.hypot(bulge, pivot);
    e[i + 1] = length;
    sine = length === 0 ? 0 : bulge / length;
    cosine = length === 0 ? 1 : pivot / length;
    const rest = d[i + 1]! - moved;
    const turned = (d[i]! - rest) * sine + 2 * cosine * coupling;
    moved = sine * turned;
    d[i + 1] = rest + moved;
    pivot = cosine * turned - coupling;
  }
  d[low]! -= moved;
  e[low] = pivot;
  e[high] = 0;
}
