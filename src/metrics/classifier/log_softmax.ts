import type { RowMatrix } from '../rows.js';

/** Computes `log softmax(x)ᵢ = xᵢ − max x − log Σⱼ exp(xⱼ − max x)` of one row, in float64. */
export function logSoftmax({ data, columns }: RowMatrix, row: number): Float64Array {
  const x = Float64Array.from(data.subarray(row * columns, (row + 1) * columns));
  let largest = -Infinity;
  for (const value of x) largest = Math.max(largest, value);
  let total = 0;
  for (const value of x) total += Math.exp(value - largest);
  const logTotal = Math.log(total);
  return x.map((value) => value - largest - logTotal);
}
