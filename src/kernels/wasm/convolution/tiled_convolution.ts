import type { backend_util } from '@tensorflow/tfjs-core';
import type { Address, Simd } from '../runtime/simd.js';
import { forFramedImages } from './framed_images.js';
import { phasesOf, spanOf } from './phases.js';
import { convolveByTiles, filterGradientByTiles, prefersTiles, tilesOf } from './winograd.js';
import type { TiledConvolution } from './winograd.js';

/*
 * A convolution of stride s is the sum of one of stride 1 for each phase of its filter, and its
 * input gradient is one of stride 1 for each phase of its results. Each of them is computed by
 * tiles, if all can be.
 */

type Conv2DInfo = backend_util.Conv2DInfo;

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Every `stride`-th tap of an axis of the filter. */
interface TapPhase {
  readonly offset: number;
  readonly taps: number;
}

const tapPhases = (filterSize: number, stride: number): readonly TapPhase[] =>
  Array.from({ length: Math.min(stride, filterSize) }, (_, offset) => ({
    offset,
    taps: Math.ceil((filterSize - offset) / stride),
  }));

function pairs<T>(rows: readonly T[], columns: readonly T[]): readonly { row: T; column: T }[] {
  return rows.flatMap((row) => columns.map((column) => ({ row, column })));
}

const largest = (values: readonly number[]): number => Math.max(...values);

/** Computes y = x ∗ W, or y += x ∗ W, by tiles; returns false, and does nothing, if that would take longer. */
export function convolveTiled(
  simd: Simd,
  conv: Conv2DInfo,
  at: { readonly x: Address; readonly filter: Address; readonly y: Address },
  adds: boolean,
): boolean {
  const parts = tapParts(conv);
  if (parts === undefined) return false;
  forFramedParts(simd, conv, at, parts, (part, i) => {
    convolveByTiles(simd, { ...part, adds: adds || i > 0 });
  });
  return true;
}

/** Computes dW by tiles; returns false, and does nothing, if that would take longer. */
export function filterGradientTiled(
  simd: Simd,
  conv: Conv2DInfo,
  at: { readonly x: Address; readonly dy: Address; readonly gradient: Address },
): boolean {
  const parts = tapParts(conv);
  if (parts === undefined) return false;
  const size = conv.filterShape.reduce((product, length) => product * length, 1);
  const { x, dy: y, gradient } = at;
  simd.withMemory(size * BYTES, (sum) => {
    // of further images: a sum for each part keeps the digits that one long sum would lose
    forFramedParts(simd, conv, { x, filter: gradient, y }, parts, (part, i, first) => {
      const filter = first === 0 ? part.filter : sum + part.filter - gradient;
      filterGradientByTiles(simd, { ...part, filter, adds: false });
      if (first > 0 && i === parts.length - 1) simd.add(sum, gradient, size);
    });
  });
  return true;
}

/** A phase of the filter, as a convolution of stride 1. */
interface TapPart {
  readonly row: TapPhase;
  readonly column: TapPhase;
  readonly size: Pick<TiledConvolution, 'height' | 'width' | 'tapRows' | 'tapColumns'>;
}

/** Lists the phases of a filter; returns undefined if they would take longer by tiles. */
function tapParts(conv: Conv2DInfo): readonly TapPart[] | undefined {
  if (conv.dilationHeight > 1 || conv.dilationWidth > 1) return undefined;
  const parts = pairs(
    tapPhases(conv.filterHeight, conv.strideHeight),
    tapPhases(conv.filterWidth, conv.strideWidth),
  ).map(({ row, column }) => ({
    row,
    column,
    size: {
      height: conv.outHeight,
      width: conv.outWidth,
      tapRows: row.taps,
      tapColumns: column.taps,
    },
  }));
  const sizes = parts.map(({ size }) => size);
  return prefersTiles(conv.batchSize, conv.inChannels, conv.outChannels, sizes) ? parts : undefined;
}

/** Calls `f` for each phase of the filter on framed images, with its index and the first image. */
function forFramedParts(
  simd: Simd,
  conv: Conv2DInfo,
  at: { readonly x: Address; readonly filter: Address; readonly y: Address },
  parts: readonly TapPart[],
  f: (part: Omit<TiledConvolution, 'adds'>, index: number, first: number) => void,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = conv;
  const { filterWidth, strideHeight, strideWidth, padInfo } = conv;
  const tiles = parts.map(({ size }) => tilesOf(size));
  const frame = {
    height: largest(tiles.map(({ height }) => height)) * strideHeight,
    width: largest(tiles.map(({ width }) => width)) * strideWidth,
    top: padInfo.top,
    left: padInfo.left,
  };
  const images = { height: inHeight, width: inWidth, channels: inChannels };
  const tap = inChannels * outChannels;
  forFramedImages(simd, at.x, batchSize, images, frame, (first, count, framed) => {
    parts.forEach(({ row, column, size }, index) => {
      const seen = row.offset * frame.width + column.offset;
      const part = {
        ...size,
        batch: count,
        inChannels,
        outChannels,
        x: framed + seen * inChannels * BYTES,
        xStrides: {
          image: frame.height * frame.width * inChannels,
          row: strideHeight * frame.width * inChannels,
          column: strideWidth * inChannels,
        },
        y: at.y + first * outHeight * outWidth * outChannels * BYTES,
        yStrides: pixelStrides(outHeight, outWidth, outChannels),
        filter: at.filter + (row.offset * filterWidth + column.offset) * tap * BYTES,
        filterStrides: {
          row: strideHeight * filterWidth * tap,
          column: strideWidth * tap,
          in: outChannels,
          out: 1,
        },
      };
      f(part, index, first);
    });
  });
}

/** Computes dx by tiles; returns false, and does nothing, if that would take longer. */
export function inputGradientTiled(
  simd: Simd,
  conv: Conv2DInfo,
  at: { readonly dy: Address; readonly filter: Address; readonly dx: Address },
): boolean {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = conv;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = conv;
  const rows = phasesOf(inHeight, filterHeight, strideHeight, padInfo.top);
  const columns = phasesOf(inWidth, filterWidth, strideWidth, padInfo.left);
  if ([...rows, ...columns].some(({ taps }) => taps === 0)) return false;
  const parts = pairs(rows, columns).map(({ row, column }) => ({
    row,
    column,
    size: {
      height: row.count,
      width: column.count,
      tapRows: row.taps,
      tapColumns: column.taps,
    },
  }));
  const sizes = parts.map(({ size }) => size);
  if (!prefersTiles(batchSize, outChannels, inChannels, sizes)) return false;
  const [top, left] = [spanOf(rows).before, spanOf(columns).before];
  const reach = parts.map(({ row, column, size }) => {
    const { height, width } = tilesOf(size);
    return { height: row.first + top + height, width: column.first + left + width };
  });
  const frame = {
    height: largest(reach.map(({ height }) => height)),
    width: largest(reach.map(({ width }) => width)),
    top,
    left,
  };
  const images = { height: outHeight, width: outWidth, channels: outChannels };
  const tap = inChannels * outChannels;
  const dxStrides = pixelStrides(inHeight, inWidth, inChannels);
  forFramedImages(simd, at.dy, batchSize, images, frame, (first, count, framed) => {
    for (const { row, column, size } of parts) {
      const seen = (row.first + top) * frame.width + column.first + left;
      const pixel = (first * inHeight + row.offset) * inWidth + column.offset;
      convolveByTiles(simd, {
        ...size,
        batch: count,
        inChannels: outChannels,
        outChannels: inChannels,
        x: framed + seen * outChannels * BYTES,
        xStrides: pixelStrides(frame.height, frame.width, outChannels),
        y: at.dx + pixel * inChannels * BYTES,
        yStrides: {
          image: dxStrides.image,
          row: dxStrides.row * strideHeight,
          column: dxStrides.column * strideWidth,
        },
        filter: at.filter + (row.lastTap * filterWidth + column.lastTap) * tap * BYTES,
        filterStrides: {
          row: -strideHeight * filterWidth * tap,
          column: -strideWidth * tap,
          in: 1,
          out: outChannels,
        },
        adds: false,
      });
    }
  });
  return true;
}

const pixelStrides = (height: number, width: number, channels: number) => ({
  image: height * width * channels,
  row: width * channels,
  column: channels,
});
