import { pace } from '../internal/pace.js';
import type { RowMatrix } from './rows.js';

/** Some rows of a matrix, minus a common centre, rounded to float32. */
export interface CentredRows {
  /** Index of the first row in its matrix. */
  readonly start: number;
  readonly rows: number;
  readonly values: Float32Array;
  /** The Euclidean length of each row of `values`. */
  readonly norms: Float64Array;
}

/**
 * Computes some rows of a matrix, minus a centre: at most `most` rows from `start` on. Distances do not depend
 * on the centre, but products of short vectors lose fewer digits.
 */
export function centredRows(
  { data, rows, columns }: RowMatrix,
  start: number,
  most: number,
  centre: Float64Array,
): CentredRows {
  const size = Math.min(most, rows - start);
  const values = new Float32Array(size * columns);
  const norms = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    const from = (start + row) * columns;
    let square = 0;
    for (let j = 0; j < columns; j++) {
      const value = Math.fround(data[from + j]! - centre[j]!);
      values[row * columns + j] = value;
      square += value * value;
    }
    norms[row] = Math.sqrt(square);
  }
  return { start, rows: size, values, norms };
}

/** Computes the mean of each column. */
export async function columnMeans({ data, rows, columns }: RowMatrix): Promise<Float64Array> {
  const turn = pace();
  const mean = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) mean[j]! += data[row * columns + j]! / rows;
    await turn();
  }
  return mean;
}
