/** Computes `a · b + c`, rounded only once if this is compiled for relaxed SIMD. */
function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/**
 * Computes one tile of a product, `c[i][j] (+)= Σₖ a[k][i] · b[k][j]`, from a panel of each operand.
 *
 * @param rows The offsets of its rows from `c`, in bytes.
 */
export function tile(a: usize, b: usize, k: i32, c: usize, rows: usize, adds: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  const end = a + ((<usize>k) << 4);
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load_splat<f32>(a);
    c00 = multiplyAdd(a0, b0, c00);
    c01 = multiplyAdd(a0, b1, c01);
    const a1 = v128.load_splat<f32>(a, 4);
    c10 = multiplyAdd(a1, b0, c10);
    c11 = multiplyAdd(a1, b1, c11);
    const a2 = v128.load_splat<f32>(a, 8);
    c20 = multiplyAdd(a2, b0, c20);
    c21 = multiplyAdd(a2, b1, c21);
    const a3 = v128.load_splat<f32>(a, 12);
    c30 = multiplyAdd(a3, b0, c30);
    c31 = multiplyAdd(a3, b1, c31);
    a += 16;
    b += 32;
  }
  finish(c + load<u32>(rows), c00, c01, adds);
  finish(c + load<u32>(rows, 4), c10, c11, adds);
  finish(c + load<u32>(rows, 8), c20, c21, adds);
  finish(c + load<u32>(rows, 12), c30, c31, adds);
}

function finish(row: usize, left: v128, right: v128, adds: bool): void {
  if (adds) {
    left = f32x4.add(v128.load(row), left);
    right = f32x4.add(v128.load(row, 16), right);
  }
  v128.store(row, left);
  v128.store(row, right, 16);
}
