import { checkNumber, fail } from '../../src/internal/check.js';

/** Columns count as orthogonal when their cosine is below this: a few units of float64 rounding. */
const TOLERANCE = 1e-15;
/** Convergence is quadratic; ten sweeps are usual. */
const MOST_SWEEPS = 60;

/**
 * All singular values of a matrix, by one-sided Jacobi rotations in float64.
 *
 * Rotations from the right make the columns orthogonal; their lengths are then the singular values.
 * Small values come out with the same relative accuracy as large ones.
 *
 * @param values The matrix, row after row; `rows · columns` finite numbers.
 * @param rows From 1 on.
 * @param columns From 1 on.
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

  // A and Aᵀ have the same singular values: rotate the shorter side
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

/** Makes each pair of columns orthogonal once; whether any pair was not already. */
function rotateAll(a: Float64Array[]): boolean {
  let rotated = false;
  for (let p = 0; p < a.length; p++)
    for (let q = p + 1; q < a.length; q++) rotated = rotate(a[p]!, a[q]!) || rotated;
  return rotated;
}

/** The rotation by θ with tan 2θ = 2 x·y / (x·x − y·y), the smaller of the two solutions. */
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
