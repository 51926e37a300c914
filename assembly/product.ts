import {
  ARGUMENTS,
  awaitJob,
  awaitStage,
  claim,
  finishTask,
  firstTasks,
  jobNumber,
  openJob,
  postJob,
  threadsOf,
} from './job';
import { panel } from './panel';
import { TILE_COLUMNS, TILE_ROWS } from './tile_size';

/** Imported, as there are two modules of it: tile.ts. */
declare function tile(a: usize, b: usize, k: i32, c: usize, rows: usize, adds: bool): void;

/*
 * The blocks of a product, after Goto and van de Geijn (2008): a block of the left operand stays in the
 * second cache and a panel of the right one in the first.
 */
const BLOCK_ROWS: i32 = 96;
const BLOCK_TERMS: i32 = 256;

/** A product of fewer multiplications is over before another thread has begun. */
const FEWEST_MULTIPLICATIONS: i64 = 1 << 20;

/** Scratch memory of each thread, in bytes: a block of the left operand, a tile, and its rows. */
const THREAD_BYTES: i32 =
  (BLOCK_ROWS * BLOCK_TERMS + TILE_ROWS * TILE_COLUMNS + TILE_ROWS) * sizeof<f32>();

export function threadScratch(): i32 {
  return THREAD_BYTES;
}

/** What a product is made of; the order in which they lie in a job. */
class Product {
  a: usize;
  aRows: usize;
  aColumns: usize;
  b: usize;
  bRows: usize;
  bColumns: usize;
  c: usize;
  cRows: usize;
  cColumns: usize;
  m: i32;
  n: i32;
  k: i32;
  adds: bool;
  /** The panels of the right operand. */
  right: usize;
  /** The scratch memory of the first thread. */
  scratch: usize;
  rowsOfTask: i32;
  panelsOfTask: i32;
}

/**
 * `c[i][j] (+)= Σₖ a[i][k] · b[k][j]` for matrices whose element is at a base plus the offset of its row
 * plus that of its column, in bytes, both from tables: what a convolution sees of an image is such a
 * matrix, and so is the transpose of one. Sums are taken over 256 terms, and then over those sums,
 * whatever the number of threads.
 *
 * @param right Memory for the right operand: k times n, rounded up to 8.
 * @param scratch As many bytes as {@link threadScratch} says, for each thread.
 */
export function product(
  job: usize,
  a: usize,
  aRows: usize,
  aColumns: usize,
  b: usize,
  bRows: usize,
  bColumns: usize,
  c: usize,
  cRows: usize,
  cColumns: usize,
  m: i32,
  n: i32,
  k: i32,
  adds: bool,
  right: usize,
  scratch: usize,
): void {
  openJob(job);
  const work = changetype<Product>(job + ARGUMENTS);
  work.a = a;
  work.aRows = aRows;
  work.aColumns = aColumns;
  work.b = b;
  work.bRows = bRows;
  work.bColumns = bColumns;
  work.c = c;
  work.cRows = cRows;
  work.cColumns = cColumns;
  work.m = m;
  work.n = n;
  work.k = k;
  work.adds = adds;
  work.right = right;
  work.scratch = scratch;
  const isLarge = <i64>m * n * k >= FEWEST_MULTIPLICATIONS;
  const parts = isLarge ? threadsOf(job) * 4 : 1;
  work.rowsOfTask = min(BLOCK_ROWS, roundUp(ceilDivide(m, parts), TILE_ROWS));
  const panels = ceilDivide(n, TILE_COLUMNS);
  work.panelsOfTask = ceilDivide(panels, parts);
  postJob(job, ceilDivide(panels, work.panelsOfTask), ceilDivide(m, work.rowsOfTask), isLarge);
  workAt(job, 0);
  awaitStage(job, 1);
}

/** What a thread does, for good; `thread` counts from 1. */
export function serve(job: usize, thread: i32): void {
  let number = 0;
  while (true) {
    awaitJob(job, number);
    number = workAt(job, thread);
  }
}

/** Works at the present job while it has tasks; returns its number. */
function workAt(job: usize, thread: i32): i32 {
  const number = jobNumber(job);
  while (true) {
    const task = claim(job, number);
    if (task < 0) return number;
    const work = changetype<Product>(job + ARGUMENTS);
    const first = firstTasks(job);
    if (task < first) {
      packColumns(work, task * work.panelsOfTask);
      finishTask(job, 0);
    } else {
      awaitStage(job, 0);
      multiplyRows(work, (task - first) * work.rowsOfTask, thread);
      finishTask(job, 1);
    }
  }
}

/** Writes panels of the right operand: for each block of terms, the panels one after another. */
function packColumns(work: Product, firstPanel: i32): void {
  const n = work.n;
  const width = roundUp(n, TILE_COLUMNS);
  const start = firstPanel * TILE_COLUMNS;
  const end = min(n, start + work.panelsOfTask * TILE_COLUMNS);
  for (let k0 = 0; k0 < work.k; k0 += BLOCK_TERMS) {
    const terms = min(BLOCK_TERMS, work.k - k0);
    const rows = table(work.bRows, k0);
    for (let j = start; j < end; j += TILE_COLUMNS) {
      const to = table(work.right, k0 * width + j * terms);
      panel(work.b, table(work.bColumns, j), n - j, rows, terms, to, 32);
      // beyond the last column: anything will do
      const count = n - j - 4;
      if (count > 0) panel(work.b, table(work.bColumns, j + 4), count, rows, terms, to + 16, 32);
    }
  }
}

/** A few rows of the result. */
function multiplyRows(work: Product, firstRow: i32, thread: i32): void {
  const rows = min(work.rowsOfTask, work.m - firstRow);
  const n = work.n;
  const width = roundUp(n, TILE_COLUMNS);
  const left = work.scratch + <usize>(thread * THREAD_BYTES);
  for (let k0 = 0; k0 < work.k; k0 += BLOCK_TERMS) {
    const terms = min(BLOCK_TERMS, work.k - k0);
    for (let i = 0; i < rows; i += TILE_ROWS)
      panel(
        work.a,
        table(work.aRows, firstRow + i),
        rows - i,
        table(work.aColumns, k0),
        terms,
        table(left, i * terms),
        16,
      );
    block(work, left, firstRow, rows, table(work.right, k0 * width), terms, work.adds || k0 > 0);
  }
}

/** The tiles of one block. */
function block(
  work: Product,
  left: usize,
  firstRow: i32,
  m: i32,
  right: usize,
  k: i32,
  adds: bool,
): void {
  const edge = left + BLOCK_ROWS * BLOCK_TERMS * 4;
  const edgeRows = edge + TILE_ROWS * TILE_COLUMNS * 4;
  for (let i = 0; i < TILE_ROWS; i++) store<i32>(table(edgeRows, i), i * TILE_COLUMNS * 4);
  const n = work.n;
  for (let j = 0; j < n; j += TILE_COLUMNS) {
    const columns = table(work.cColumns, j);
    const width = min(TILE_COLUMNS, n - j);
    const whole = width == TILE_COLUMNS && load<u32>(columns, 28) - load<u32>(columns) == <u32>28;
    const across = table(right, j * k);
    for (let i = 0; i < m; i += TILE_ROWS) {
      const rows = table(work.cRows, firstRow + i);
      const height = min(TILE_ROWS, m - i);
      const from = table(left, i * k);
      if (whole && height == TILE_ROWS) {
        tile(from, across, k, work.c + load<u32>(columns), rows, adds);
      } else {
        // results that do not lie side by side, or are not there: by way of a tile in scratch memory
        tile(from, across, k, edge, edgeRows, false);
        scatter(edge, work.c, rows, height, columns, width, adds);
      }
    }
  }
}

function scatter(
  edge: usize,
  c: usize,
  rows: usize,
  height: i32,
  columns: usize,
  width: i32,
  adds: bool,
): void {
  for (let i = 0; i < height; i++) {
    const row = c + load<u32>(table(rows, i));
    for (let j = 0; j < width; j++) {
      const to = row + load<u32>(table(columns, j));
      const value = load<f32>(table(edge, i * TILE_COLUMNS + j));
      store<f32>(to, adds ? load<f32>(to) + value : value);
    }
  }
}

/** The address of an element of four bytes. */
function table(start: usize, index: i32): usize {
  return start + ((<usize>index) << 2);
}

function ceilDivide(n: i32, by: i32): i32 {
  return (n + by - 1) / by;
}

function roundUp(n: i32, multiple: i32): i32 {
  return ceilDivide(n, multiple) * multiple;
}
