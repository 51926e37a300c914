import { panel } from './panel';
import { TILE_COLUMNS, TILE_ROWS } from './tile_size';

/** Imported, as there are two modules of it: tile.ts. */
declare function tile(a: usize, b: usize, k: i32, c: usize, rows: usize, adds: bool): void;

/*
 * The blocks of a product, after Goto and van de Geijn (2008): panels of the right operand stay in the
 * second cache and one of them in the first, while blocks of the left one pass by.
 */
const BLOCK_ROWS: i32 = 96;
const BLOCK_COLUMNS: i32 = 512;
const BLOCK_TERMS: i32 = 256;

/** Bytes of scratch memory that {@link product} needs. */
export function productScratch(): usize {
  return ((BLOCK_ROWS + BLOCK_COLUMNS) * BLOCK_TERMS + TILE_ROWS * TILE_COLUMNS + TILE_ROWS) * 4;
}

/**
 * `c[i][j] (+)= Σₖ a[i][k] · b[k][j]` for matrices whose element is at a base plus the offset of its row
 * plus that of its column, in bytes, both from tables: what a convolution sees of an image is such a
 * matrix, and so is the transpose of one. Sums are taken over 256 terms, and then over those sums.
 */
export function product(
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
  scratch: usize,
): void {
  const left = scratch;
  const right = left + BLOCK_ROWS * BLOCK_TERMS * 4;
  const edge = right + BLOCK_COLUMNS * BLOCK_TERMS * 4;
  for (let j0 = 0; j0 < n; j0 += BLOCK_COLUMNS) {
    const columns = min(BLOCK_COLUMNS, n - j0);
    for (let k0 = 0; k0 < k; k0 += BLOCK_TERMS) {
      const terms = min(BLOCK_TERMS, k - k0);
      const ofColumns = bRows + ((<usize>k0) << 2);
      for (let j = 0; j < columns; j += TILE_COLUMNS) {
        const lines = bColumns + ((<usize>(j0 + j)) << 2);
        const to = right + ((<usize>(j * terms)) << 2);
        panel(b, lines, columns - j, ofColumns, terms, to, 32);
        // beyond the last column: anything will do
        const count = columns - j - 4;
        if (count > 0) panel(b, lines + 16, count, ofColumns, terms, to + 16, 32);
      }
      const ofRows = aColumns + ((<usize>k0) << 2);
      for (let i0 = 0; i0 < m; i0 += BLOCK_ROWS) {
        const rows = min(BLOCK_ROWS, m - i0);
        for (let i = 0; i < rows; i += TILE_ROWS) {
          const lines = aRows + ((<usize>(i0 + i)) << 2);
          panel(a, lines, rows - i, ofRows, terms, left + ((<usize>(i * terms)) << 2), 16);
        }
        block(
          left,
          right,
          c,
          cRows + ((<usize>i0) << 2),
          cColumns + ((<usize>j0) << 2),
          rows,
          columns,
          terms,
          adds || k0 > 0,
          edge,
        );
      }
    }
  }
}

/** The tiles of one block. */
function block(
  left: usize,
  right: usize,
  c: usize,
  cRows: usize,
  cColumns: usize,
  m: i32,
  n: i32,
  k: i32,
  adds: bool,
  edge: usize,
): void {
  const edgeRows = edge + TILE_ROWS * TILE_COLUMNS * 4;
  for (let i = 0; i < TILE_ROWS; i++)
    store<u32>(edgeRows + ((<usize>i) << 2), <u32>(i * TILE_COLUMNS * 4));
  for (let j = 0; j < n; j += TILE_COLUMNS) {
    const columns = cColumns + ((<usize>j) << 2);
    const width = min(TILE_COLUMNS, n - j);
    const whole = width == TILE_COLUMNS && load<u32>(columns, 28) - load<u32>(columns) == <u32>28;
    const across = right + ((<usize>(j * k)) << 2);
    for (let i = 0; i < m; i += TILE_ROWS) {
      const rows = cRows + ((<usize>i) << 2);
      const height = min(TILE_ROWS, m - i);
      const from = left + ((<usize>(i * k)) << 2);
      if (whole && height == TILE_ROWS) {
        tile(from, across, k, c + load<u32>(columns), rows, adds);
      } else {
        // results that do not lie side by side, or are not there: by way of a tile in scratch memory
        tile(from, across, k, edge, edgeRows, false);
        scatter(edge, c, rows, height, columns, width, adds);
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
    const row = c + load<u32>(rows + ((<usize>i) << 2));
    for (let j = 0; j < width; j++) {
      const to = row + load<u32>(columns + ((<usize>j) << 2));
      const value = load<f32>(edge + ((<usize>(i * TILE_COLUMNS + j)) << 2));
      store<f32>(to, adds ? load<f32>(to) + value : value);
    }
  }
}
