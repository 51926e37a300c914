import { dot } from '../linalg/dot.js';
import { pace } from '../internal/pace.js';
import type { RowMatrix } from './rows.js';

/** Sums from which mean and covariance of samples follow. */
export interface Moments {
  readonly count: number;
  readonly mean: Float64Array;
  /** Σ (x − mean)(x − mean)ᵀ, row after row. */
  readonly scatter: Float64Array;
}

/** How many rows are centred at a time: they stay in the processor's cache. */
const BLOCK = 64;

/** Mean and scatter of a batch, by two passes in float64. */
export async function momentsOf({ data, rows, columns }: RowMatrix): Promise<Moments> {
  const turn = pace();
  // sums are relative to the first row: constant features have exactly their value as mean
  const mean = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) mean[j]! += (data[row * columns + j]! - data[j]!) / rows;
    await turn();
  }
  for (let j = 0; j < columns; j++) mean[j]! += data[j]!;

  const scatter = new Float64Array(columns * columns);
  const centred = Array.from({ length: columns }, () => new Float64Array(BLOCK));
  for (let start = 0; start < rows; start += BLOCK) {
    centred.forEach((column, j) => {
      for (let i = 0; i < BLOCK; i++)
        column[i] = start + i < rows ? data[(start + i) * columns + j]! - mean[j]! : 0;
    });
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k <= j; k++) scatter[j * columns + k]! += dot(centred[j]!, centred[k]!);
      await turn();
    }
  }
  for (let j = 0; j < columns; j++)
    for (let k = 0; k < j; k++) scatter[k * columns + j] = scatter[j * columns + k]!;
  return { count: rows, mean, scatter };
}

/** The moments of two sets of samples together, from those of each. */
export function joinMoments(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  const shift = b.mean.map((value, j) => value - a.mean[j]!);
  const mean = a.mean.map((value, j) => value + (shift[j]! * b.count) / count);
  const between = (a.count * b.count) / count;
  const n = mean.length;
  const scatter = a.scatter.slice();
  for (let j = 0; j < n; j++)
    for (let k = 0; k < n; k++)
      scatter[j * n + k]! += b.scatter[j * n + k]! + between * (shift[j]! * shift[k]!);
  return { count, mean, scatter };
}
