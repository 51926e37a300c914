import { roundUp, table } from './numbers';
import { panel } from './panel';
import { BLOCK_TERMS, Product, block } from './product';
import { TILE_COLUMNS, TILE_ROWS } from './tile_size';
import { TILE_BYTES, Winograd, dataOfTile, four, resultsOfTile } from './winograd';
import { PLANES, TILE, filterCoefficient } from './winograd_transforms';

/*
 * A {@link Winograd} convolution of many channels, whose transformed filter is larger than a cache: first the data of all tiles
 * is transformed; then each task transforms the filter for a few output channels, one plane after the other, and
 * multiplies it with the data of its tiles; at last the sums are transformed. Here `u` contains the transformed data, as
 * panels of a product, and `planes` the memory of each thread.
 */

/** The number of tiles whose data one task transforms: the rows of a panel. */
export const DATA_TILES: i32 = TILE_ROWS;
/** The number of tiles whose sums one task transforms. */
export const RESULT_TILES: i32 = 8;

/** The bytes after the planes or filters of a thread: two tiles, a product and an incomplete tile with its rows. */
const SCRATCH: i32 = 2 * <i32>TILE_BYTES + 128 + (TILE_ROWS * TILE_COLUMNS + TILE_ROWS) * 4;

/** Returns the bytes that each thread needs besides its planes or filters. */
export function planesScratch(): i32 {
  return SCRATCH;
}

function memoryOf(work: Winograd, thread: i32): usize {
  return work.planes + <usize>(thread * work.threadBytes);
}

function scratchOf(work: Winograd, thread: i32): usize {
  return memoryOf(work, thread) + <usize>(work.threadBytes - SCRATCH);
}

/** Transforms the data of four tiles into panels. */
export function packTiles(work: Winograd, task: i32, thread: i32): void {
  const first = task * DATA_TILES;
  const count = min(DATA_TILES, work.tiles - first);
  const data = memoryOf(work, thread);
  const scratch = scratchOf(work, thread);
  for (let t = 0; t < count; t++)
    dataOfTile(
      work,
      work.firstTile + first + t,
      data + <usize>(t * work.inChannels * 4),
      16,
      scratch,
    );
  const rows = roundUp(work.tiles, DATA_TILES);
  for (let plane = 0; plane < PLANES; plane++)
    for (let k0 = 0; k0 < work.inChannels; k0 += BLOCK_TERMS) {
      const terms = min(BLOCK_TERMS, work.inChannels - k0);
      panel(
        data + <usize>(plane * work.dataPlane),
        work.dataRows,
        count,
        table(work.channels, k0),
        terms,
        table(work.u + <usize>plane * <usize>work.uPlane, k0 * rows + first * terms),
        16,
      );
    }
}

/** Multiplies the data of some tiles with the filter of some output channels, plane after plane. */
export function multiplyChannels(work: Winograd, task: i32, thread: i32): void {
  const firstOut = (task / work.ranges) * work.outBlock;
  const outs = min(work.outBlock, work.outChannels - firstOut);
  const rows = roundUp(work.tiles, DATA_TILES);
  const most = roundUp((rows + work.ranges - 1) / work.ranges, DATA_TILES);
  const firstTile = (task % work.ranges) * most;
  const tiles = min(most, work.tiles - firstTile);
  if (tiles <= 0) return;

  const width = roundUp(outs, TILE_COLUMNS);
  const size = (<usize>(work.inChannels * width)) << 2;
  const taps = memoryOf(work, thread);
  const halfway = taps + <usize>(work.tapRows * work.tapColumns) * size;
  const filter = halfway + <usize>work.tapColumns * size;
  gatherTaps(work, firstOut, outs, taps, size);

  const scratch = scratchOf(work, thread) + 2 * TILE_BYTES;
  const product = changetype<Product>(scratch);
  product.cRows = work.sumRows;
  product.cColumns = work.channels;
  product.n = outs;
  for (let i = 0; i < TILE; i++) {
    for (let s = 0; s < work.tapColumns; s++)
      combine(
        taps + <usize>s * size,
        <usize>work.tapColumns * size,
        work.tapRows,
        i,
        work.taps,
        halfway + <usize>s * size,
        size,
      );
    for (let j = 0; j < TILE; j++) {
      combine(halfway, size, work.tapColumns, j, work.taps, filter, size);
      const plane = <usize>(i * TILE + j);
      product.c = work.sums + plane * <usize>work.sumPlane + ((<usize>firstOut) << 2);
      for (let k0 = 0; k0 < work.inChannels; k0 += BLOCK_TERMS) {
        const terms = min(BLOCK_TERMS, work.inChannels - k0);
        const left = table(work.u + plane * <usize>work.uPlane, k0 * rows + firstTile * terms);
        const right = table(filter, k0 * width);
        block(product, left, scratch + 128, firstTile, tiles, right, terms, k0 > 0);
      }
    }
  }
}

/** Copies the taps of some output channels, each in the order of the right operand of a product. */
function gatherTaps(work: Winograd, firstOut: i32, outs: i32, to: usize, size: usize): void {
  const width = roundUp(outs, TILE_COLUMNS);
  for (let k0 = 0; k0 < work.inChannels; k0 += BLOCK_TERMS) {
    const terms = min(BLOCK_TERMS, work.inChannels - k0);
    for (let c = 0; c < terms; c++)
      for (let d = 0; d < width; d += 4) {
        const column = d % TILE_COLUMNS;
        let at = table(to, k0 * width + (d - column) * terms + c * TILE_COLUMNS + column);
        const from = work.filter + (k0 + c) * work.filterIn + (firstOut + d) * work.filterOut;
        for (let i = 0; i < work.tapRows; i++)
          for (let j = 0; j < work.tapColumns; j++, at += size)
            v128.store(
              at,
              d < outs
                ? four(from + i * work.filterRow + j * work.filterColumn, work.filterOut)
                : f32x4.splat(0),
            );
      }
  }
}

/** Computes one element of Gg for arrays of taps, `step` bytes apart: their sum with a row of G as coefficients. */
function combine(
  from: usize,
  step: usize,
  taps: i32,
  row: i32,
  most: i32,
  to: usize,
  bytes: usize,
): void {
  const g0 = f32x4.splat(filterCoefficient(row, 0, most));
  const g1 = f32x4.splat(filterCoefficient(row, 1, most));
  const g2 = f32x4.splat(filterCoefficient(row, 2, most));
  const g3 = f32x4.splat(filterCoefficient(row, 3, most));
  const g4 = f32x4.splat(filterCoefficient(row, 4, most));
  const end = from + bytes;
  for (; from < end; from += 16, to += 16) {
    let sum = f32x4.mul(g0, v128.load(from));
    if (taps > 1) sum = f32x4.add(sum, f32x4.mul(g1, v128.load(from + step)));
    if (taps > 2) sum = f32x4.add(sum, f32x4.mul(g2, v128.load(from + 2 * step)));
    if (taps > 3) sum = f32x4.add(sum, f32x4.mul(g3, v128.load(from + 3 * step)));
    if (taps > 4) sum = f32x4.add(sum, f32x4.mul(g4, v128.load(from + 4 * step)));
    v128.store(to, sum);
  }
}

/** Transforms the sums of a few tiles into results. */
export function transformSums(work: Winograd, task: i32, thread: i32): void {
  const first = task * RESULT_TILES;
  const end = min(work.tiles, first + RESULT_TILES);
  const scratch = scratchOf(work, thread);
  for (let t = first; t < end; t++)
    resultsOfTile(
      work,
      work.firstTile + t,
      work.sums + <usize>t * <usize>(work.outChannels * 4),
      scratch,
    );
}
