import { roundUp, table } from './numbers';
import { BLOCK_TERMS, Product, multiplyRows } from './product';
import { TILE_COLUMNS } from './tile_size';
import {
  PLANES,
  TILE,
  transformData,
  transformFilter,
  transformResults,
} from './winograd_transforms';

/** The size of a tile of vectors, in bytes. */
export const TILE_BYTES: usize = PLANES * 16;
/** The size of a row of a tile, in bytes. */
export const ROW: usize = TILE * 16;

/** Returns the bytes that each thread needs besides its planes: two tiles and a product. */
export function winogradScratch(): i32 {
  return 2 * <i32>TILE_BYTES + 128;
}

/**
 * A convolution with a filter of at most r taps in each direction, and with stride 1 in units of the given
 * distances between rows and columns: y = Aᵀ[(GgGᵀ) ⊙ (BᵀdB)]A for each tile of m × m results, summed over
 * channels, which makes 36 matrix products. Numbers of channels are multiples of 4. Distances are in bytes.
 */
export class Winograd {
  kind: i32;
  /** The framed images, which contain each tile completely. */
  x: usize;
  xImage: i32;
  xRow: i32;
  xColumn: i32;
  y: usize;
  yImage: i32;
  yRow: i32;
  yColumn: i32;
  height: i32;
  width: i32;
  filter: usize;
  filterRow: i32;
  filterColumn: i32;
  filterIn: i32;
  filterOut: i32;
  tapRows: i32;
  tapColumns: i32;
  /** r; m is 7 − r. */
  taps: i32;
  inChannels: i32;
  outChannels: i32;
  /** The numbers of tiles down and across an image, and of all images together. */
  tileRows: i32;
  tileColumns: i32;
  tiles: i32;
  tilesOfTask: i32;
  adds: bool;
  /** The address of the transformed filter, 36 packed operands. */
  u: usize;
  uPlane: i32;
  /** The address of the planes of data, planes of sums and scratch memory of each thread. */
  planes: usize;
  threadBytes: i32;
  dataPlane: i32;
  sumPlane: i32;
  /** The addresses of tables of offsets, and of the scratch memory of products. */
  dataRows: usize;
  sumRows: usize;
  channels: usize;
  scratch: usize;
  /** The first tile and the address of the sums of products, where these are not of one task. */
  firstTile: i32;
  sums: usize;
  /** The number of output channels of a task, and that of the parts of all tiles, see winograd_planes.ts. */
  outBlock: i32;
  ranges: i32;
}

/** The number of output channels whose filters one task transforms: the line of a cache. */
export const FILTER_CHANNELS: i32 = 16;

/** Computes GgGᵀ for {@link FILTER_CHANNELS} output channels and all input channels, in the order of the right operand of a product. */
export function transformFilters(work: Winograd, task: i32): void {
  // uses a part of the planes that is not needed yet; each task has its own part, so any thread may do it
  const taps = work.planes + <usize>task * 2 * TILE_BYTES;
  const halfway = taps + TILE_BYTES;
  const plane = <usize>work.uPlane;
  const width = roundUp(work.outChannels, TILE_COLUMNS);
  const first = task * FILTER_CHANNELS;
  const end = min(work.outChannels, first + FILTER_CHANNELS);
  for (let c = 0; c < work.inChannels; c++) {
    const k0 = c - (c % BLOCK_TERMS);
    const terms = min(BLOCK_TERMS, work.inChannels - k0);
    for (let d = first; d < end; d += 4) {
      const from = work.filter + c * work.filterIn + d * work.filterOut;
      for (let i = 0; i < work.tapRows; i++) {
        for (let j = 0; j < work.tapColumns; j++)
          v128.store(
            taps + <usize>(j << 4),
            four(from + i * work.filterRow + j * work.filterColumn, work.filterOut),
          );
        transformFilter(taps, 16, work.tapColumns, work.taps, halfway + <usize>i * ROW, 16);
      }
      const column = d % TILE_COLUMNS;
      const to = table(
        work.u,
        k0 * width + (d - column) * terms + (c - k0) * TILE_COLUMNS + column,
      );
      for (let j = 0; j < TILE; j++)
        transformFilter(
          halfway + <usize>(j << 4),
          ROW,
          work.tapRows,
          work.taps,
          to + <usize>j * plane,
          TILE * plane,
        );
    }
  }
}

/** Reads four elements, `step` bytes apart. */
export function four(from: usize, step: i32): v128 {
  if (step == 4) return v128.load(from);
  let x = v128.load_zero<u32>(from);
  x = v128.load_lane<u32>(from + step, x, 1);
  x = v128.load_lane<u32>(from + 2 * step, x, 2);
  return v128.load_lane<u32>(from + 3 * step, x, 3);
}

/** Convolves a few tiles: BᵀdB, 36 products, Aᵀ·A. */
export function convolveTiles(work: Winograd, first: i32, thread: i32): void {
  const tiles = min(work.tilesOfTask, work.tiles - first);
  const data = work.planes + <usize>(thread * work.threadBytes);
  const sums = data + <usize>(PLANES * work.dataPlane);
  const scratch = sums + <usize>(PLANES * work.sumPlane);
  for (let t = 0; t < tiles; t++)
    dataOfTile(work, first + t, data + <usize>(t * work.inChannels * 4), 16, scratch);

  const product = changetype<Product>(scratch + 2 * TILE_BYTES);
  product.aRows = work.dataRows;
  product.aColumns = work.channels;
  product.cRows = work.sumRows;
  product.cColumns = work.channels;
  product.m = tiles;
  product.n = work.outChannels;
  product.k = work.inChannels;
  product.adds = false;
  product.scratch = work.scratch;
  product.rowsOfTask = tiles;
  for (let plane = 0; plane < PLANES; plane++) {
    product.a = data + <usize>(plane * work.dataPlane);
    product.c = sums + <usize>(plane * work.sumPlane);
    product.right = work.u + <usize>plane * <usize>work.uPlane;
    multiplyRows(product, 0, thread);
  }

  for (let t = 0; t < tiles; t++)
    resultsOfTile(work, first + t, sums + <usize>(t * work.outChannels * 4), scratch);
}

/** Computes BᵀdB of a tile; each group of four channels is `step` bytes after the previous one. */
export function dataOfTile(
  work: Winograd,
  tile: i32,
  to: usize,
  step: usize,
  scratch: usize,
): void {
  const perImage = work.tileRows * work.tileColumns;
  const inImage = tile % perImage;
  const size = 7 - work.taps;
  const plane = <usize>work.dataPlane;
  let from =
    work.x +
    (tile / perImage) * work.xImage +
    (inImage / work.tileColumns) * size * work.xRow +
    (inImage % work.tileColumns) * size * work.xColumn;
  for (let c = 0; c < work.inChannels; c += 4, from += 16, to += step) {
    for (let i = 0; i < TILE; i++)
      transformData(from + i * work.xRow, work.xColumn, scratch + <usize>i * ROW, 16);
    for (let j = 0; j < TILE; j++)
      transformData(scratch + <usize>(j << 4), ROW, to + <usize>j * plane, TILE * plane);
  }
}

export function resultsOfTile(work: Winograd, tile: i32, from: usize, scratch: usize): void {
  const perImage = work.tileRows * work.tileColumns;
  const inImage = tile % perImage;
  const size = 7 - work.taps;
  const top = (inImage / work.tileColumns) * size;
  const left = (inImage % work.tileColumns) * size;
  const height = min(size, work.height - top);
  const width = min(size, work.width - left);
  const plane = <usize>work.sumPlane;
  const results = scratch + TILE_BYTES;
  let to = work.y + (tile / perImage) * work.yImage + top * work.yRow + left * work.yColumn;
  for (let d = 0; d < work.outChannels; d += 4, from += 16, to += 16) {
    for (let i = 0; i < TILE; i++)
      transformResults(from + <usize>(i * TILE) * plane, plane, size, scratch + <usize>i * ROW, 16);
    for (let j = 0; j < width; j++)
      transformResults(scratch + <usize>(j << 4), ROW, size, results + <usize>(j << 4), ROW);
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++) {
        const at = to + i * work.yRow + j * work.yColumn;
        let sum = v128.load(results + <usize>i * ROW + <usize>(j << 4));
        if (work.adds) sum = f32x4.add(v128.load(at), sum);
        v128.store(at, sum);
      }
  }
}
