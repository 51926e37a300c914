import { pace } from '../internal/pace.js';
import { Remainder } from './remainder.js';

/** A symmetric matrix as a product. */
export interface PivotedCholesky {
  /** The rows of F with Σ = FᵀF; as many as the rank. */
  readonly factor: readonly Float64Array[];
  /** How far below zero the diagonal of Σ − FᵀF is: rounding, unless Σ has negative eigenvalues. */
  readonly deficit: number;
}

/**
 * Factors a symmetric positive semi-definite matrix of any rank, in float64.
 *
 * Each step takes the largest diagonal element of what is left as its pivot. It ends where what is
 * left is rounding: no pivot above n · 2⁻⁵² · max Σᵢᵢ, nor above the negative part of the diagonal.
 *
 * @param matrix Row after row, n · n finite numbers; left as it is.
 * @param n From 1 on.
 *
 * @see Higham 1990, "Analysis of the Cholesky decomposition of a semi-definite matrix"
 */
export async function pivotedCholesky(matrix: Float64Array, n: number): Promise<PivotedCholesky> {
  const left = Float64Array.from({ length: n }, (_, i) => matrix[i * n + i]!);
  const tolerance = n * Number.EPSILON * left.reduce((a, b) => Math.max(a, b), 0);
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
    const largest = left[pivot]!;
    if (largest <= Math.max(tolerance, deficit)) return { factor, deficit };

    const row = remainder.row(pivot);
    const root = Math.sqrt(largest);
    for (let j = 0; j < n; j++) row[j]! /= root;
    row[pivot] = root;
    for (let j = 0; j < n; j++) left[j]! -= row[j]! * row[j]!;
    left[pivot] = 0;
    remainder.subtract(row, pivot);
    factor.push(row);
    await turn();
  }
}
