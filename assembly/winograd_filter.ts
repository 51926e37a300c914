import { roundUp, table } from './numbers';
import { BLOCK_TERMS, Product, block } from './product';
import { TILE_COLUMNS } from './tile_size';
import { ROW, TILE_BYTES, Winograd, dataOfTile } from './winograd';
import { PLANES, TILE, transformFilter, transformResults } from './winograd_transforms';

/*
 * The filter gradient of a {@link Winograd} convolution is such a convolution itself, by F(r, m): the tile of
 * m × m output gradients is the filter, dW = Aᵀ[(GdyGᵀ) ⊙ (BᵀxB)]A, and the sum is over tiles. Here `y`
 * contains the output gradients, `filter` the filter gradient, `u` the transformed output gradients and
 * `planes` the transformed data, the last two as panels of a product.
 */

/** Transforms a few tiles of data and of output gradients. */
export function transformTiles(work: Winograd, first: i32, thread: i32): void {
  const scratch = work.scratch + <usize>(thread * work.threadBytes);
  const end = min(work.tiles, first + work.tilesOfTask);
  const width = roundUp(work.outChannels, TILE_COLUMNS);
  for (let t = first; t < end; t++) {
    const k0 = t - (t % BLOCK_TERMS);
    const terms = min(BLOCK_TERMS, work.tiles - k0);
    const data = table(work.planes, k0 * work.inChannels + (t - k0) * 4);
    dataOfTile(work, work.firstTile + t, data, <usize>(terms << 4), scratch);
    const slopes = table(work.u, k0 * width + (t - k0) * TILE_COLUMNS);
    slopesOfTile(work, work.firstTile + t, slopes, <usize>terms * TILE_COLUMNS * 4, scratch);
  }
}

/** Computes GdyGᵀ of a tile; each group of eight channels is `step` bytes after the previous one. */
function slopesOfTile(work: Winograd, tile: i32, to: usize, step: usize, scratch: usize): void {
  const perImage = work.tileRows * work.tileColumns;
  const inImage = tile % perImage;
  const size = 7 - work.taps;
  const top = (inImage / work.tileColumns) * size;
  const left = (inImage % work.tileColumns) * size;
  const height = min(size, work.height - top);
  const width = min(size, work.width - left);
  const plane = <usize>work.uPlane;
  let from = work.y + (tile / perImage) * work.yImage + top * work.yRow + left * work.yColumn;
  for (let d = 0; d < work.outChannels; d += 4, from += 16) {
    for (let i = 0; i < height; i++)
      transformFilter(
        from + i * work.yRow,
        work.yColumn,
        width,
        size,
        scratch + <usize>i * ROW,
        16,
      );
    const at = to + <usize>(d >> 3) * step + <usize>((d & 4) << 2);
    for (let j = 0; j < TILE; j++)
      transformFilter(
        scratch + <usize>(j << 4),
        ROW,
        height,
        size,
        at + <usize>j * plane,
        TILE * plane,
      );
  }
}

/** Computes the sums of one plane: [inChannels, tiles] · [tiles, outChannels]. */
export function multiplyPlane(work: Winograd, plane: i32, thread: i32): void {
  const product = changetype<Product>(
    work.scratch + <usize>(thread * work.threadBytes) + 2 * TILE_BYTES,
  );
  product.cRows = work.sumRows;
  product.cColumns = work.channels;
  product.c = work.sums + <usize>plane * <usize>work.sumPlane;
  product.n = work.outChannels;
  const data = work.planes + <usize>plane * <usize>work.dataPlane;
  const slopes = work.u + <usize>plane * <usize>work.uPlane;
  const edge = work.scratch + <usize>(thread * work.threadBytes);
  const width = roundUp(work.outChannels, TILE_COLUMNS);
  for (let k0 = 0; k0 < work.tiles; k0 += BLOCK_TERMS) {
    const terms = min(BLOCK_TERMS, work.tiles - k0);
    const adds = work.adds || k0 > 0;
    const left = table(data, k0 * work.inChannels);
    block(product, left, edge, 0, work.inChannels, table(slopes, k0 * width), terms, adds);
  }
}

/** Computes Aᵀ·A of one input channel: its part of the gradient. */
export function gradientOfChannel(work: Winograd, c: i32, thread: i32): void {
  const scratch = work.scratch + <usize>(thread * work.threadBytes);
  const results = scratch + TILE_BYTES;
  const plane = <usize>work.sumPlane;
  for (let d = 0; d < work.outChannels; d += 4) {
    const from = table(work.sums, c * work.outChannels + d);
    const to = work.filter + c * work.filterIn + (d << 2);
    for (let i = 0; i < TILE; i++)
      transformResults(
        from + <usize>(i * TILE) * plane,
        plane,
        work.taps,
        scratch + <usize>i * ROW,
        16,
      );
    for (let j = 0; j < work.tapColumns; j++)
      transformResults(scratch + <usize>(j << 4), ROW, work.taps, results + <usize>(j << 4), ROW);
    for (let i = 0; i < work.tapRows; i++)
      for (let j = 0; j < work.tapColumns; j++)
        v128.store(
          to + i * work.filterRow + j * work.filterColumn,
          v128.load(results + <usize>i * ROW + <usize>(j << 4)),
        );
  }
}

/** The number of planes, each of which is a task. */
export const PLANE_TASKS: i32 = PLANES;
