/** How many rows a panel interleaves. */
const PANEL = 4;

/**
 * Rows for {@link rowProducts}: four by four, and of each four value after value together, in float64;
 * zeros fill the last panel.
 *
 * @param data Row after row, `columns` values each.
 * @param rows Which rows to take, in this order.
 * @param centre Subtracted from each row.
 */
export function packRows(
  data: Float32Array | Float64Array,
  columns: number,
  rows: Int32Array,
  centre: Float64Array,
): Float64Array {
  const packed = new Float64Array(Math.ceil(rows.length / PANEL) * PANEL * columns);
  for (let i = 0; i < rows.length; i++) {
    const start = rows[i]! * columns;
    const first = (i - (i % PANEL)) * columns + (i % PANEL);
    for (let j = 0; j < columns; j++) packed[first + PANEL * j] = data[start + j]! - centre[j]!;
  }
  return packed;
}

/**
 * The scalar products of all rows of `a` with all of `b`, both packed, in float64.
 *
 * Sixteen sums at a time take half a load each per term; one at a time takes two, and thrice the time.
 *
 * @param stride The length of a row of `out`: at least the rows of `b`, rounded up to a multiple of 4.
 * @param out That of row i of `a` and row j of `b` goes to i · stride + j.
 */
export function rowProducts(
  a: Float64Array,
  b: Float64Array,
  columns: number,
  stride: number,
  out: Float64Array,
): void {
  const panel = PANEL * columns;
  for (let i = 0; i * panel < a.length; i++)
    for (let j = 0; j * panel < b.length; j++)
      panelProducts(a, i * panel, b, j * panel, panel, out, PANEL * (i * stride + j), stride);
}

function panelProducts(
  a: Float64Array,
  fromA: number,
  b: Float64Array,
  fromB: number,
  panel: number,
  out: Float64Array,
  to: number,
  stride: number,
): void {
  let [s00, s01, s02, s03] = [0, 0, 0, 0];
  let [s10, s11, s12, s13] = [0, 0, 0, 0];
  let [s20, s21, s22, s23] = [0, 0, 0, 0];
  let [s30, s31, s32, s33] = [0, 0, 0, 0];
  for (let p = fromA, q = fromB, end = fromA + panel; p < end; p += PANEL, q += PANEL) {
    const a0 = a[p]!;
    const a1 = a[p + 1]!;
    const a2 = a[p + 2]!;
    const a3 = a[p + 3]!;
    const b0 = b[q]!;
    const b1 = b[q + 1]!;
    const b2 = b[q + 2]!;
    const b3 = b[q + 3]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
  }
  out.set([s00, s01, s02, s03], to);
  out.set([s10, s11, s12, s13], to + stride);
  out.set([s20, s21, s22, s23], to + 2 * stride);
  out.set([s30, s31, s32, s33], to + 3 * stride);
}
