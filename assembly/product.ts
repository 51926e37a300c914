import { ceilDivide, roundUp, table } from './numbers';
import { panel } from './panel';
import { TILE_COLUMNS, TILE_ROWS } from './tile_size';

/** Computes one tile. It is imported, as tile.ts is compiled to two modules. */
declare function tile(a: usize, b: usize, k: i32, c: usize, rows: usize, adds: bool): void;

/*
 * The sizes of the blocks of a product, after Goto and van de Geijn (2008): a block of the left operand fits
 * into the second-level cache, and a panel of the right operand into the first-level cache.
 */
export const BLOCK_ROWS: i32 = 96;
export const BLOCK_TERMS: i32 = 256;

/** The size of the scratch memory of each thread, in bytes: a block of the left operand, a tile and its rows. */
const THREAD_BYTES: i32 =
  (BLOCK_ROWS * BLOCK_TERMS + TILE_ROWS * TILE_COLUMNS + TILE_ROWS) * sizeof<f32>();

export function threadScratch(): i32 {
  return THREAD_BYTES;
}

/** The operands and sizes of a product, in the order in which a job stores them. */
export class Product {
  kind: i32;
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
  /** The address of the panels of the right operand. */
  right: usize;
  /** The address of the scratch memory of the first thread. */
  scratch: usize;
  rowsOfTask: i32;
  panelsOfTask: i32;
}

/** Writes panels of the right operand: for each block of terms, one panel after another. */
export function packColumns(work: Product, firstPanel: i32): void {
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
      // columns after the last may have any value
      const count = n - j - 4;
      if (count > 0) panel(work.b, table(work.bColumns, j + 4), count, rows, terms, to + 16, 32);
    }
  }
}

/** Computes a few rows of the result. */
export function multiplyRows(work: Product, firstRow: i32, thread: i32): void {
  const rows = min(work.rowsOfTask, work.m - firstRow);
  const n = work.n;
  const width = roundUp(n, TILE_COLUMNS);
  const left = work.scratch + <usize>(thread * THREAD_BYTES);
  const edge = edgeOf(work.scratch, thread);
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
    const adds = work.adds || k0 > 0;
    block(work, left, edge, firstRow, rows, table(work.right, k0 * width), terms, adds);
  }
}

/** Returns the address at which a thread writes incomplete tiles. */
function edgeOf(scratch: usize, thread: i32): usize {
  return scratch + <usize>(thread * THREAD_BYTES) + BLOCK_ROWS * BLOCK_TERMS * 4;
}

/** Computes the tiles of one block from panels of both operands. */
export function block(
  work: Product,
  left: usize,
  edge: usize,
  firstRow: i32,
  m: i32,
  right: usize,
  k: i32,
  adds: bool,
): void {
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
        // some elements are not adjacent or not part of the result: go through a tile in scratch memory
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
