import { pace } from '../internal/pace.js';
import { Remainder } from './remainder.js';

/**
 * Bounds a pivot that is rounding alone, in an n · n matrix of diagonal elements up to `largest`: the n
 * steps of elimination round, and so did the sums and products that made the matrix. Covariances of two
 * samples of two features, of rank 1, keep up to 2.7 · 2⁻⁵² of their largest element.
 */
export const pivotRounding = (n: number, largest: number): number =>
  (n + 8) * Number.EPSILON * largest;

/** A symmetric matrix as a product. */
export interface PivotedCholesky {
  /** The rows of F with Σ = FᵀF; as many as the rank. */
  readonly factor: readonly Float64Array[];
  /** Depth below zero of the diagonal of Σ − FᵀF: rounding, unless Σ has negative eigenvalues. */
  readonly deficit: number;
}

/**
 * Factors a symmetric positive semi-definite matrix of any rank, in float64.
 *
 * Each step takes the largest remaining diagonal element as its pivot. It ends when the remainder is
 * rounding: no pivot above {@link pivotRounding}, nor above the negative part of the diagonal.
 *
 * @param matrix Row after row, n · n finite numbers; unchanged.
 * @param n At least 1.
 *
 * @see Higham 1990, "Analysis of the Cholesky decomposition of a semi-definite matrix"
 */
export async function pivotedCholesky(matrix: Float64Array, n: number): Promise<PivotedCholesky> {
  const left = Float64Array.from({ length: n }, (_, i) => matrix[i * n + i]!);
  const largest = left.reduce((a, b) => Math.max(a, b), 0);
  const tolerance = pivotRounding(n, largest);
  const remainder = new Remainder(matrix, n);
  const factor: Float64Array[] = [];
  const turn = pace();
  for (;;) {
    let pivot = 0;
    let deficit = 0;
    for (let i = 0; i < n; i++) {
      if (left[i]! > left[pivot]!) pivot = i;
      if (-left[i]! > deficit) deficit = -left[i]!;
    }
    if (left[pivot]! <= Math.max(tolerance, deficit)) return { factor, deficit };

    const row = remainder.row(pivot);
    const root = Math.sqrt(left[pivot]!);
    for (let j = 0; j < n; j++) row[j]! /= root;
    row[pivot] = root;
    for (let j = 0; j < n; j++) left[j]! -= row[j]! * row[j]!;
    left[pivot] = 0;
    remainder.subtract(row, pivot);
    factor.push(row);
    await turn();
  }
}
