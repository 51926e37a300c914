/*
 * Products and reflections of float64 matrices, compiled as a module of its own: src/linalg/float64_heap.ts.
 */

/** The number of terms that are added before a sum is stored, so that their panels fit into the second-level cache. */
const BLOCK_TERMS: i32 = 128;

/**
 * Computes `c[i][j] ±= Σₚ a[i][p] · b[p][j]`; m and n are multiples of 4. Element [i][p] of an operand is
 * `i · down + p · across` elements after its start; the elements of a row of c are adjacent.
 *
 * @param upper Whether to leave out the tiles below the diagonal of c.
 * @param scratch Memory for 128 · (n + 4) elements.
 */
export function multiply(
  c: usize,
  cDown: i32,
  a: usize,
  aDown: i32,
  aAcross: i32,
  b: usize,
  bDown: i32,
  bAcross: i32,
  m: i32,
  n: i32,
  k: i32,
  subtracts: bool,
  upper: bool,
  scratch: usize,
): void {
  const left = scratch;
  const right = scratch + <usize>(BLOCK_TERMS * 4 * 8);
  for (let p = 0; p < k; p += BLOCK_TERMS) {
    const terms = min(BLOCK_TERMS, k - p);
    for (let j = 0; j < n; j += 4)
      panel(element(b, p * bDown + j * bAcross), bAcross, bDown, terms, element(right, j * terms));
    for (let i = 0; i < m; i += 4) {
      panel(element(a, i * aDown + p * aAcross), aDown, aAcross, terms, left);
      for (let j = upper ? i : 0; j < n; j += 4)
        tile(
          left,
          element(right, j * terms),
          terms,
          element(c, i * cDown + j),
          (<usize>cDown) << 3,
          subtracts,
        );
    }
  }
}

function element(start: usize, index: i32): usize {
  return start + ((<usize>index) << 3);
}

/** Copies four rows of a left operand, or columns of a right one, so that the elements of a term are adjacent. */
function panel(from: usize, across: i32, along: i32, terms: i32, to: usize): void {
  const next = (<usize>across) << 3;
  const step = (<usize>along) << 3;
  const end = to + ((<usize>terms) << 5);
  if (across == 1) {
    for (; to < end; to += 32, from += step) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    }
    return;
  }
  if (along == 1)
    for (; to + 32 < end; to += 64, from += 16) {
      let at = from;
      const x0 = v128.load(at);
      const x1 = v128.load((at += next));
      const x2 = v128.load((at += next));
      const x3 = v128.load((at += next));
      v128.store(to, v128.shuffle<f64>(x0, x1, 0, 2));
      v128.store(to, v128.shuffle<f64>(x2, x3, 0, 2), 16);
      v128.store(to, v128.shuffle<f64>(x0, x1, 1, 3), 32);
      v128.store(to, v128.shuffle<f64>(x2, x3, 1, 3), 48);
    }
  for (; to < end; to += 32, from += step) {
    let at = from;
    store<f64>(to, load<f64>(at));
    store<f64>(to, load<f64>((at += next)), 8);
    store<f64>(to, load<f64>((at += next)), 16);
    store<f64>(to, load<f64>((at += next)), 24);
  }
}

/** Computes `a · b + c`, rounded only once if this is compiled for relaxed SIMD. */
function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f64x2.relaxed_madd(a, b, c) : f64x2.add(f64x2.mul(a, b), c);
}

/** Computes the 4 × 4 sums of a tile of c. */
function tile(a: usize, b: usize, k: i32, c: usize, row: usize, subtracts: bool): void {
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c21 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c31 = f64x2.splat(0);
  const end = a + ((<usize>k) << 5);
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load_splat<f64>(a);
    c00 = multiplyAdd(a0, b0, c00);
    c01 = multiplyAdd(a0, b1, c01);
    const a1 = v128.load_splat<f64>(a, 8);
    c10 = multiplyAdd(a1, b0, c10);
    c11 = multiplyAdd(a1, b1, c11);
    const a2 = v128.load_splat<f64>(a, 16);
    c20 = multiplyAdd(a2, b0, c20);
    c21 = multiplyAdd(a2, b1, c21);
    const a3 = v128.load_splat<f64>(a, 24);
    c30 = multiplyAdd(a3, b0, c30);
    c31 = multiplyAdd(a3, b1, c31);
    a += 32;
    b += 32;
  }
  finish(c, c00, c01, subtracts);
  finish((c += row), c10, c11, subtracts);
  finish((c += row), c20, c21, subtracts);
  finish((c += row), c30, c31, subtracts);
}

function finish(row: usize, left: v128, right: v128, subtracts: bool): void {
  if (subtracts) {
    left = f64x2.neg(left);
    right = f64x2.neg(right);
  }
  v128.store(row, f64x2.add(v128.load(row), left));
  v128.store(row, f64x2.add(v128.load(row, 16), right), 16);
}

/** Computes block ← block · (I − scale · v vᵀ); columns are a multiple of 4. */
export function reflectColumns(
  block: usize,
  down: i32,
  rows: i32,
  columns: i32,
  v: usize,
  scale: f64,
): void {
  const bytes = (<usize>columns) << 3;
  for (let i = 0; i < rows; i++) {
    let even = f64x2.splat(0);
    let odd = f64x2.splat(0);
    for (let j: usize = 0; j < bytes; j += 32) {
      even = multiplyAdd(v128.load(block + j), v128.load(v + j), even);
      odd = multiplyAdd(v128.load(block + j, 16), v128.load(v + j, 16), odd);
    }
    const both = f64x2.add(even, odd);
    const sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
    addScaled(block, -scale * sum, v, bytes);
    block += (<usize>down) << 3;
  }
}

/** Computes block ← (I − scale · v vᵀ) · block; columns are a multiple of 4, `sums` is memory for as many elements. */
export function reflectRows(
  block: usize,
  down: i32,
  rows: i32,
  columns: i32,
  v: usize,
  scale: f64,
  sums: usize,
): void {
  const bytes = (<usize>columns) << 3;
  const step = (<usize>down) << 3;
  memory.fill(sums, 0, bytes);
  for (let i = 0; i < rows; i++) addScaled(sums, load<f64>(element(v, i)), block + i * step, bytes);
  for (let i = 0; i < rows; i++)
    addScaled(block + i * step, -scale * load<f64>(element(v, i)), sums, bytes);
}

function addScaled(to: usize, factor: f64, from: usize, bytes: usize): void {
  const factors = f64x2.splat(factor);
  for (let j: usize = 0; j < bytes; j += 32) {
    v128.store(to + j, multiplyAdd(factors, v128.load(from + j), v128.load(to + j)));
    const right = multiplyAdd(factors, v128.load(from + j, 16), v128.load(to + j, 16));
    v128.store(to + j, right, 16);
  }
}
