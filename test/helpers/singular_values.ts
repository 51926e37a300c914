import { checkNumber, fail } from '../../src/internal/check.js';

/** The cosine up to which two columns count as orthogonal: a few units of float64 rounding. */
const TOLERANCE = 1e-15;
/** The largest number of sweeps; convergence is quadratic, so ten are usual. */
const MOST_SWEEPS = 60;

/**
 * Computes all singular values of a matrix, by one-sided Jacobi rotations in float64.
 *
 * Rotations from the right make the columns orthogonal; their lengths are then the singular values.
 * Small values have the same relative accuracy as large ones.
 *
 * @param values The matrix, row after row; `rows · columns` finite numbers.
 * @param rows 1 or more.
 * @param columns 1 or more.
 * @returns min(rows, columns) values, the largest first.
 * @throws GanKitError if the sizes do not fit or a value is not finite.
 *
 * @see Hestenes 1958; Demmel and Veselić 1992, "Jacobi's method is more accurate than QR"
 */
export function singularValues(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
): Float64Array {
  const where = 'singularValues';
  checkNumber(where, 'rows', rows, { integer: true, min: 1 });
  checkNumber(where, 'columns', columns, { integer: true, min: 1 });
  if (values.length !== rows * columns)
    fail('shape', where, 'values', `of length ${rows} · ${columns}`, `length ${values.length}`);
  if (!Array.from(values).every(Number.isFinite))
    fail('value', where, 'values', 'finite numbers', 'NaN or an infinity');

  // A and Aᵀ have the same singular values: rotate the fewer vectors
  const a = rows >= columns ? columnsOf(values, rows, columns) : rowsOf(values, rows, columns);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) if (!rotateAll(a)) break;
  return Float64Array.from(a, (column) => Math.hypot(...column)).sort((x, y) => y - x);
}

const rowsOf = (values: ArrayLike<number>, rows: number, columns: number) =>
  Array.from({ length: rows }, (_, i) =>
    Float64Array.from({ length: columns }, (_, j) => values[i * columns + j]!),
  );

const columnsOf = (values: ArrayLike<number>, rows: number, columns: number) =>
  Array.from({ length: columns }, (_, j) =>
    Float64Array.from({ length: rows }, (_, i) => values[i * columns + j]!),
  );

function dot(x: Float64Array, y: Float64Array): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i]! * y[i]!;
  return total;
}

/** Makes each pair of columns orthogonal once; returns whether any pair was not orthogonal before. */
function rotateAll(a: Float64Array[]): boolean {
  let rotated = false;
  for (let p = 0; p < a.length; p++)
    for (let q = p + 1; q < a.length; q++) rotated = rotate(a[p]!, a[q]!) || rotated;
  return rotated;
}

/**
 * Rotates two columns by θ with tan 2θ = 2 x·y / (x·x − y·y), the smaller of the two solutions; returns false if
 * they were orthogonal before.
 */
function rotate(x: Float64Array, y: Float64Array): boolean {
  const xx = dot(x, x);
  const yy = dot(y, y);
  const xy = dot(x, y);
  if (Math.abs(xy) <= TOLERANCE * Math.sqrt(xx * yy)) return false;
  const zeta = (yy - xx) / (2 * xy);
  const tangent = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const cosine = 1 / Math.hypot(1, tangent);
  const sine = cosine * tangent;
  for (let i = 0; i < x.length; i++) {
    const xi = x[i]!;
    x[i] = cosine * xi - sine * y[i]!;
    y[i] = sine * xi + cosine * y[i]!;
  }
  return true;
}
