import { ceilDivide } from './numbers';

/** The functions of one or two elements; src/kernels/wasm/runtime/run_elementwise.ts numbers them, too. */
const ADD: i32 = 0;
const SUBTRACT: i32 = 1;
const MULTIPLY: i32 = 2;
const DIVIDE: i32 = 3;
const SQUARE: i32 = 4;
const ABS: i32 = 5;
const NEGATE: i32 = 6;
const CLAMP: i32 = 7;
const STEP: i32 = 8;
const LEAKY_RELU: i32 = 9;
const BROKEN_SLOPE: i32 = 10;
const MOVED_TOWARDS: i32 = 11;
// and 12, a weighted sum

/**
 * One pass over `n` elements, in rows. An operand has a row of its own for each `repeat` rows of the result; the
 * next one lies `stride` bytes after it. Its row is as long, or one element for all.
 */
export class Elementwise {
  kind: i32;
  op: i32;
  a: usize;
  aIsLong: bool;
  aStride: i32;
  aRepeat: i32;
  b: usize;
  bIsLong: bool;
  bStride: i32;
  bRepeat: i32;
  to: usize;
  n: i32;
  row: i32;
  rowsOfTask: i32;
  /** The numbers of a function. */
  p: f32;
  q: f32;
}

/** Computes x > 0 ? 1 : α. */
function slope(x: v128, alpha: v128): v128 {
  return v128.bitselect(f32x4.splat(1), alpha, f32x4.gt(x, f32x4.splat(0)));
}

/** Computes min(max(x, low), high); setting all bits makes NaN again of what NaN was compared to. */
function clamped(x: v128, low: v128, high: v128): v128 {
  return v128.or(f32x4.pmin(high, f32x4.pmax(low, x)), f32x4.ne(x, x));
}

function movedTowards(x: v128, y: v128, share: v128): v128 {
  return f32x4.add(x, f32x4.mul(f32x4.sub(y, x), share));
}

function weightedSum(x: v128, y: v128, p: v128, q: v128): v128 {
  return f32x4.add(f32x4.mul(x, p), f32x4.mul(y, q));
}

/** Computes the rows of a task. */
export function elementwiseRows(work: Elementwise, task: i32): void {
  const firstRow = task * work.rowsOfTask;
  const row = work.row;
  const lastRow = min(firstRow + work.rowsOfTask, ceilDivide(work.n, row));
  const op = work.op;
  const p = f32x4.splat(work.p);
  const q = f32x4.splat(work.q);
  const aStep: usize = work.aIsLong ? 1 : 0;
  const bStep: usize = work.bIsLong ? 1 : 0;
  let ofA = firstRow % work.aRepeat;
  let ofB = firstRow % work.bRepeat;
  let aRow = work.a + <usize>((firstRow / work.aRepeat) * work.aStride);
  let bRow = work.b + <usize>((firstRow / work.bRepeat) * work.bStride);
  for (let r = firstRow; r < lastRow; r++) {
    let a = aRow;
    let b = bRow;
    if (++ofA == work.aRepeat) {
      ofA = 0;
      aRow += work.aStride;
    }
    if (++ofB == work.bRepeat) {
      ofB = 0;
      bRow += work.bStride;
    }
    let to = work.to + ((<usize>r * row) << 2);
    const end = to + ((<usize>min(row, work.n - r * row)) << 2);
    let x0 = v128.load32_splat(a);
    let y0 = v128.load32_splat(b);
    let x1 = x0;
    let x2 = x0;
    let x3 = x0;
    let y1 = y0;
    let y2 = y0;
    let y3 = y0;
    let bytes: usize = 64;
    for (; to < end; to += bytes) {
      // sixteen elements at a time, then four, then one, each in as many registers
      if (to + 64 <= end) {
        if (aStep) {
          x0 = v128.load(a);
          x1 = v128.load(a, 16);
          x2 = v128.load(a, 32);
          x3 = v128.load(a, 48);
        } else x1 = x2 = x3 = x0 = v128.load32_splat(a);
        if (bStep) {
          y0 = v128.load(b);
          y1 = v128.load(b, 16);
          y2 = v128.load(b, 32);
          y3 = v128.load(b, 48);
        }
      } else if (to + 16 <= end) {
        bytes = 16;
        x0 = aStep ? v128.load(a) : v128.load32_splat(a);
        if (bStep) y0 = v128.load(b);
      } else {
        bytes = 4;
        x0 = v128.load32_splat(a);
        if (bStep) y0 = v128.load32_splat(b);
      }
      a += aStep * bytes;
      b += bStep * bytes;
      switch (op) {
        case ADD:
          x0 = f32x4.add(x0, y0);
          x1 = f32x4.add(x1, y1);
          x2 = f32x4.add(x2, y2);
          x3 = f32x4.add(x3, y3);
          break;
        case SUBTRACT:
          x0 = f32x4.sub(x0, y0);
          x1 = f32x4.sub(x1, y1);
          x2 = f32x4.sub(x2, y2);
          x3 = f32x4.sub(x3, y3);
          break;
        case MULTIPLY:
          x0 = f32x4.mul(x0, y0);
          x1 = f32x4.mul(x1, y1);
          x2 = f32x4.mul(x2, y2);
          x3 = f32x4.mul(x3, y3);
          break;
        case DIVIDE:
          x0 = f32x4.div(x0, y0);
          x1 = f32x4.div(x1, y1);
          x2 = f32x4.div(x2, y2);
          x3 = f32x4.div(x3, y3);
          break;
        case SQUARE:
          x0 = f32x4.mul(x0, x0);
          x1 = f32x4.mul(x1, x1);
          x2 = f32x4.mul(x2, x2);
          x3 = f32x4.mul(x3, x3);
          break;
        case ABS:
          x0 = f32x4.abs(x0);
          x1 = f32x4.abs(x1);
          x2 = f32x4.abs(x2);
          x3 = f32x4.abs(x3);
          break;
        case NEGATE:
          x0 = f32x4.neg(x0);
          x1 = f32x4.neg(x1);
          x2 = f32x4.neg(x2);
          x3 = f32x4.neg(x3);
          break;
        case CLAMP:
          x0 = clamped(x0, p, q);
          x1 = clamped(x1, p, q);
          x2 = clamped(x2, p, q);
          x3 = clamped(x3, p, q);
          break;
        case STEP:
          x0 = v128.or(slope(x0, p), f32x4.ne(x0, x0));
          x1 = v128.or(slope(x1, p), f32x4.ne(x1, x1));
          x2 = v128.or(slope(x2, p), f32x4.ne(x2, x2));
          x3 = v128.or(slope(x3, p), f32x4.ne(x3, x3));
          break;
        case LEAKY_RELU:
          x0 = f32x4.mul(x0, slope(x0, p));
          x1 = f32x4.mul(x1, slope(x1, p));
          x2 = f32x4.mul(x2, slope(x2, p));
          x3 = f32x4.mul(x3, slope(x3, p));
          break;
        case BROKEN_SLOPE:
          x0 = v128.or(f32x4.mul(x0, slope(y0, p)), f32x4.ne(y0, y0));
          x1 = v128.or(f32x4.mul(x1, slope(y1, p)), f32x4.ne(y1, y1));
          x2 = v128.or(f32x4.mul(x2, slope(y2, p)), f32x4.ne(y2, y2));
          x3 = v128.or(f32x4.mul(x3, slope(y3, p)), f32x4.ne(y3, y3));
          break;
        case MOVED_TOWARDS:
          x0 = movedTowards(x0, y0, p);
          x1 = movedTowards(x1, y1, p);
          x2 = movedTowards(x2, y2, p);
          x3 = movedTowards(x3, y3, p);
          break;
        default:
          x0 = weightedSum(x0, y0, p, q);
          x1 = weightedSum(x1, y1, p, q);
          x2 = weightedSum(x2, y2, p, q);
          x3 = weightedSum(x3, y3, p, q);
      }
      if (bytes == 64) {
        v128.store(to, x0);
        v128.store(to, x1, 16);
        v128.store(to, x2, 32);
        v128.store(to, x3, 48);
      } else if (bytes == 16) v128.store(to, x0);
      else v128.store_lane<f32>(to, x0, 0);
    }
  }
}
