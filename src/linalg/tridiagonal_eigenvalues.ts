import { pace } from '../internal/pace.js';

/**
 * All eigenvalues of a real symmetric tridiagonal matrix, by the QL algorithm with Wilkinson's shifts
 * and without square roots, in float64.
 *
 * Each has an error of a few units of rounding of the largest.
 *
 * @param diagonal n finite numbers.
 * @param offDiagonal n − 1 finite numbers: element i joins rows i and i + 1.
 * @returns n values, the smallest first.
 *
 * @see Parlett 1980, "The symmetric eigenvalue problem", section 8.15: the algorithm of Pal, Walker and Kahan
 */
export async function tridiagonalEigenvalues(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
): Promise<Float64Array> {
  const n = diagonal.length;
  let largest = 0;
  for (let i = 0; i < n; i++)
    largest = Math.max(largest, Math.abs(diagonal[i]!), Math.abs(offDiagonal[i] ?? 0));
  if (largest === 0) return new Float64Array(n);
  // of order one, so that no square overflows, and none that counts vanishes
  const d = diagonal.map((value) => value / largest);
  const squares = Float64Array.from(
    { length: n },
    (_, i) => ((offDiagonal[i] ?? 0) / largest) ** 2,
  );
  const negligible = Number.EPSILON ** 2;
  const turn = pace();

  for (let low = 0; low < n; low++) {
    for (;;) {
      let high = low;
      while (high < n - 1 && squares[high]! > negligible) high++;
      if (high === low) break;
      sweep(d, squares, low, high);
      await turn();
    }
  }
  return d.map((value) => value * largest).sort();
}

/** The eigenvalue of the leading 2×2 block that is nearer to its first diagonal element. */
function wilkinsonShift(d: Float64Array, squares: Float64Array, low: number): number {
  const root = Math.sqrt(squares[low]!);
  const half = (d[low + 1]! - d[low]!) / (2 * root);
  const other = Math.sqrt(half * half + 1);
  return d[low]! - root / (half + (half < 0 ? -other : other));
}

/**
 * One QL step on the block low … high: plane rotations chase a bulge from its end to its start, of
 * which only the squares of sines and cosines are kept.
 */
function sweep(d: Float64Array, squares: Float64Array, low: number, high: number): void {
  const shift = wilkinsonShift(d, squares, low);
  let sine = 0;
  let cosine = 1;
  let rest = d[high]! - shift;
  let pivot = rest * rest;
  for (let i = high - 1; i >= low; i--) {
    const square = squares[i]!;
    const length = pivot + square;
    if (i < high - 1) squares[i + 1] = sine * length;
    const before = cosine;
    cosine = pivot / length;
    sine = square / length;
    const turned = cosine * (d[i]! - shift) - sine * rest;
    d[i + 1] = rest + (d[i]! - turned);
    rest = turned;
    pivot = cosine === 0 ? before * square : (rest * rest) / cosine;
  }
  squares[low] = sine * pivot;
  d[low] = shift + rest;
}
