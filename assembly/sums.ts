import { zeroPairs } from './bytes';
import { sumOfRow, two } from './sum';

/** What is added up: x; x and its square, from a first value; dy and dy (x − μ). */
export const OF_VALUES: i32 = 0;
export const OF_SQUARES: i32 = 1;
export const OF_SLOPES: i32 = 2;
/** Values of rows that are one chunk each, whose sums are results at once. */
export const OF_ROWS: i32 = 3;

/**
 * Sums over the middle axis of x [outer, count, inner] in float64, in chunks of rows and columns that depend on
 * the shape alone. There are one or two sums for each chunk of rows, [outer, chunks, inner].
 */
export class Sums {
  kind: i32;
  terms: i32;
  x: usize;
  dy: usize;
  /** From what x is counted: float32 [outer, inner], with this many bytes from one row to the next. */
  origins: usize;
  originStride: i32;
  /** The means μ by outer axis and group of columns. */
  means: usize;
  outer: i32;
  count: i32;
  inner: i32;
  groups: i32;
  rows: i32;
  chunks: i32;
  columns: i32;
  blocks: i32;
  chunksOfTask: i32;
  /** The sums, and the second ones. */
  first: usize;
  second: usize;
  /** The results. */
  to: usize;
  resultsOfTask: i32;
  /** For the gradient of a normalization: γ or 0, ε, and its rows, see normalization.ts. */
  gamma: usize;
  vectors: usize;
  epsilon: f32;
  factor: f64;
}

/** Adds up the chunks of a task. */
export function sumChunks(work: Sums, task: i32): void {
  const end = min((task + 1) * work.chunksOfTask, work.outer * work.chunks * work.blocks);
  for (let i = task * work.chunksOfTask; i < end; i++) {
    const block = i % work.blocks;
    const row = i / work.blocks; // of [outer, chunks]
    const outer = row / work.chunks;
    const start = (row % work.chunks) * work.rows;
    const rows = min(work.rows, work.count - start);
    const column = block * work.columns;
    const columns = min(work.columns, work.inner - column);
    if (work.terms == OF_VALUES && work.inner == 1)
      store<f64>(
        work.first + ((<usize>row) << 3),
        sumOfRow(work.x + ((<usize>(outer * work.count + start)) << 2), rows),
      );
    else columnsOf(work, outer, row, start, rows, column, columns);
  }
}

/** Adds up some rows of some columns, four rows and two columns at a time: neighbours are read together. */
function columnsOf(
  work: Sums,
  outer: i32,
  row: i32,
  start: i32,
  rows: i32,
  column: i32,
  columns: i32,
): void {
  const stride = (<usize>work.inner) << 2;
  const pairs = columns & ~1;
  const to = (<usize>row * work.inner + column) << 3;
  let from = (<usize>(outer * work.count + start) * work.inner + column) << 2;
  let origin = work.origins + <usize>outer * work.originStride + ((<usize>column) << 2);
  zeroPairs(work.first + to, pairs >> 1);
  if (work.terms != OF_VALUES) zeroPairs(work.second + to, pairs >> 1);
  let at = from;
  let r = 0;
  for (; r + 4 <= rows; r += 4, at += stride << 2) addFourRows(work, at, origin, pairs, to);
  for (; r < rows; r++, at += stride) addRow(work, at, origin, pairs, to);
  if (pairs < columns) {
    from += (<usize>pairs) << 2;
    origin += (<usize>pairs) << 2;
    sumColumn(work, from, origin, rows, to + ((<usize>pairs) << 3));
  }
}

function addFourRows(work: Sums, from: usize, origin: usize, columns: i32, to: usize): void {
  const terms = work.terms;
  const one = (<usize>work.inner) << 2;
  const both = one << 1;
  const three = one + both;
  let x = work.x + from;
  let first = work.first + to;
  const end = first + ((<usize>columns) << 3);
  if (terms == OF_VALUES) {
    for (; first < end; x += 8, first += 16) {
      const s = f64x2.add(two(x), two(x + one));
      const t = f64x2.add(two(x + both), two(x + three));
      v128.store(first, f64x2.add(v128.load(first), f64x2.add(s, t)));
    }
    return;
  }
  let dy = work.dy + from;
  let second = work.second + to;
  if (terms == OF_SQUARES)
    for (; first < end; x += 8, origin += 8, first += 16, second += 16) {
      const m = two(origin);
      const d0 = f64x2.sub(two(x), m);
      const d1 = f64x2.sub(two(x + one), m);
      const d2 = f64x2.sub(two(x + both), m);
      const d3 = f64x2.sub(two(x + three), m);
      const s = f64x2.add(f64x2.add(d0, d1), f64x2.add(d2, d3));
      const t = f64x2.add(
        f64x2.add(f64x2.mul(d0, d0), f64x2.mul(d1, d1)),
        f64x2.add(f64x2.mul(d2, d2), f64x2.mul(d3, d3)),
      );
      v128.store(first, f64x2.add(v128.load(first), s));
      v128.store(second, f64x2.add(v128.load(second), t));
    }
  else
    for (; first < end; x += 8, dy += 8, origin += 8, first += 16, second += 16) {
      const m = two(origin);
      const y0 = two(dy);
      const y1 = two(dy + one);
      const y2 = two(dy + both);
      const y3 = two(dy + three);
      const s = f64x2.add(f64x2.add(y0, y1), f64x2.add(y2, y3));
      const t = f64x2.add(
        f64x2.add(product(x, m, y0), product(x + one, m, y1)),
        f64x2.add(product(x + both, m, y2), product(x + three, m, y3)),
      );
      v128.store(first, f64x2.add(v128.load(first), s));
      v128.store(second, f64x2.add(v128.load(second), t));
    }
}

function product(x: usize, m: v128, y: v128): v128 {
  return f64x2.mul(f64x2.sub(two(x), m), y);
}

function addRow(work: Sums, from: usize, origin: usize, columns: i32, to: usize): void {
  const terms = work.terms;
  for (let c = 0; c < columns; c += 2, from += 8, origin += 8, to += 16) {
    let s = two(work.x + from);
    if (terms != OF_VALUES) {
      const distance = f64x2.sub(s, two(origin));
      s = terms == OF_SLOPES ? two(work.dy + from) : distance;
      const second = work.second + to;
      v128.store(second, f64x2.add(v128.load(second), f64x2.mul(distance, s)));
    }
    const first = work.first + to;
    v128.store(first, f64x2.add(v128.load(first), s));
  }
}

/** Adds up one column. */
function sumColumn(work: Sums, from: usize, origin: usize, rows: i32, to: usize): void {
  const terms = work.terms;
  const stride = (<usize>work.inner) << 2;
  const m: f64 = terms == OF_VALUES ? 0 : load<f32>(origin);
  let s: f64 = 0;
  let t: f64 = 0;
  for (let r = 0; r < rows; r++, from += stride) {
    const distance = <f64>load<f32>(work.x + from) - m;
    const value = terms == OF_SLOPES ? <f64>load<f32>(work.dy + from) : distance;
    s += value;
    t += distance * value;
  }
  store<f64>(work.first + to, s);
  if (terms != OF_VALUES) store<f64>(work.second + to, t);
}

/** Adds up the sums of a column's chunks. */
export function totalOf(sums: usize, work: Sums, outer: i32, column: i32): f64 {
  const stride = (<usize>work.inner) << 3;
  let at = sums + ((<usize>outer * work.chunks * work.inner + column) << 3);
  let total: f64 = 0;
  for (let chunk = 0; chunk < work.chunks; chunk++, at += stride) total += load<f64>(at);
  return total;
}

/** Rounds the results of a task, times the factor. */
export function roundSums(work: Sums, task: i32): void {
  const end = min((task + 1) * work.resultsOfTask, work.outer * work.inner);
  for (let i = task * work.resultsOfTask; i < end; i++) {
    const total = totalOf(work.first, work, i / work.inner, i % work.inner);
    store<f32>(work.to + ((<usize>i) << 2), <f32>(total * work.factor));
  }
}

/** Adds up the rows of a task, times the factor. */
export function sumRows(work: Sums, task: i32): void {
  const end = min((task + 1) * work.resultsOfTask, work.outer);
  const row = (<usize>work.count) << 2;
  for (let i = task * work.resultsOfTask; i < end; i++)
    store<f32>(
      work.to + ((<usize>i) << 2),
      <f32>(sumOfRow(work.x + <usize>i * row, work.count) * work.factor),
    );
}
