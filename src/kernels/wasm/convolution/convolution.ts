import type { backend_util } from '@tensorflow/tfjs-core';
import type { Address, Simd } from '../runtime/simd.js';
import { convolveToFew, filterGradientOfFew, hasFewResults } from './few_results.js';
import { filterGrid, forFramedImages, resultGrid } from './framed_images.js';
import type { Frame, Images, Positions } from './framed_images.js';
import { line, matrixProduct, rowMajor, transposedLayout } from './matrix_product.js';
import type { Grid, Layout } from './matrix_product.js';
import { phasesOf, spanOf } from './phases.js';
import { convolveTiled, filterGradientTiled, inputGradientTiled } from './tiled_convolution.js';

/*
 * A convolution and both of its gradients are products of matrices. P holds the pixels that each result
 * sees, with a row for each result and a column for each tap and channel of the filter: y = P · W,
 * dW = Pᵀ · dy, and dx is a product of that kind for each phase of the stride. None of these matrices is
 * ever written: they are places in framed images.
 */

type Conv2DInfo = backend_util.Conv2DInfo;

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Most elements of patches in memory at once, 16 MiB, unless one image has more. */
const MOST_ELEMENTS = 2 ** 22;

/** The most channels of images whose gradient is computed by patches. */
const MOST_CHANNELS_OF_PATCHES = 6;

/** The places of framed images that a convolution sees. */
interface View {
  readonly images: Images;
  readonly frame: Frame;
  readonly results: Positions;
  readonly filter: Positions;
}

function viewOf(conv: Conv2DInfo): View {
  const { padInfo, strideHeight, strideWidth, dilationHeight, dilationWidth } = conv;
  return {
    images: { height: conv.inHeight, width: conv.inWidth, channels: conv.inChannels },
    frame: {
      height: (conv.outHeight - 1) * strideHeight + conv.effectiveFilterHeight,
      width: (conv.outWidth - 1) * strideWidth + conv.effectiveFilterWidth,
      top: padInfo.top,
      left: padInfo.left,
    },
    results: { height: conv.outHeight, width: conv.outWidth, strideHeight, strideWidth },
    filter: {
      height: conv.filterHeight,
      width: conv.filterWidth,
      strideHeight: dilationHeight,
      strideWidth: dilationWidth,
    },
  };
}

/** Describes P of `count` images. */
const patches = (count: number, { images, frame, results, filter }: View): Layout => ({
  rows: resultGrid(count, results, frame, images.channels),
  columns: filterGrid(filter, frame, images.channels),
});

const elements = ({ counts }: Grid): number => counts[0] * counts[1] * counts[2];

/** Computes y = P · W, or y += P · W. */
export function convolve(
  simd: Simd,
  conv: Conv2DInfo,
  at: { x: Address; filter: Address; y: Address },
  adds: boolean,
): void {
  if (convolveTiled(simd, conv, at, adds)) return;
  if (hasFewResults(conv)) {
    convolveToFew(simd, conv, at, adds);
    return;
  }
  const { batchSize, outHeight, outWidth, outChannels } = conv;
  const view = viewOf(conv);
  forFramedImages(simd, at.x, batchSize, view.images, view.frame, (first, count, framed) => {
    const a = patches(count, view);
    const b = rowMajor(elements(a.columns), outChannels);
    const c = rowMajor(elements(a.rows), outChannels);
    const y = at.y + first * outHeight * outWidth * outChannels * BYTES;
    matrixProduct(simd, { a, b, c }, [{ a: framed, b: at.filter, c: y }], adds);
  });
}

/** Computes dW = Pᵀ · dy. */
export function filterGradient(
  simd: Simd,
  conv: Conv2DInfo,
  at: { x: Address; dy: Address; gradient: Address },
): void {
  if (conv.batchSize === 0) {
    simd.zero(
      at.gradient,
      conv.filterShape.reduce((product, length) => product * length, 1),
    );
    return;
  }
  if (filterGradientTiled(simd, conv, at)) return;
  if (hasFewResults(conv)) {
    filterGradientOfFew(simd, conv, at);
    return;
  }
  const { batchSize, outHeight, outWidth, outChannels } = conv;
  const view = viewOf(conv);
  forFramedImages(simd, at.x, batchSize, view.images, view.frame, (first, count, framed) => {
    const a = transposedLayout(patches(count, view));
    const b = rowMajor(elements(a.columns), outChannels);
    const c = rowMajor(elements(a.rows), outChannels);
    const dy = at.dy + first * outHeight * outWidth * outChannels * BYTES;
    const into = (gradient: Address) =>
      matrixProduct(simd, { a, b, c }, [{ a: framed, b: dy, c: gradient }]);
    if (first === 0) {
      into(at.gradient);
      return;
    }
    // a sum for each part keeps the digits that one long sum would lose
    const size = elements(a.rows) * outChannels;
    simd.withMemory(size * BYTES, (part) => {
      into(part);
      simd.add(part, at.gradient, size);
    });
  });
}

interface InputGradientAddresses {
  readonly dy: Address;
  readonly filter: Address;
  readonly dx: Address;
}

/** Computes dx, in the way with fewer multiplications. */
export function inputGradient(simd: Simd, conv: Conv2DInfo, at: InputGradientAddresses): void {
  // few channels leave the tiles of a product for each phase half empty
  if (conv.inChannels <= MOST_CHANNELS_OF_PATCHES) byPatches(simd, conv, at);
  else if (!inputGradientTiled(simd, conv, at)) byPhases(simd, conv, at);
}

/** Computes dx = dy · Wᵀ, adding each row at its patch. */
function byPatches(simd: Simd, conv: Conv2DInfo, at: InputGradientAddresses): void {
  const { batchSize, inHeight, inWidth, inChannels, outChannels } = conv;
  const { images, frame, results, filter } = viewOf(conv);
  const patch = filter.height * filter.width * inChannels;
  const pixels = results.height * results.width;
  const frameSize = frame.height * frame.width * inChannels;
  const most = Math.max(1, Math.min(batchSize, Math.floor(MOST_ELEMENTS / (pixels * patch))));
  const pixel = inChannels * BYTES;
  const [frameRow, column] = [frame.width * pixel, results.strideWidth * pixel];
  simd.withMemory(most * (frameSize + pixels * patch) * BYTES, (framed) => {
    const rows = framed + most * frameSize * BYTES;
    for (let first = 0; first < batchSize; first += most) {
      const count = Math.min(most, batchSize - first);
      const a = rowMajor(count * pixels, outChannels);
      const b = transposedLayout(rowMajor(patch, outChannels));
      const c = rowMajor(count * pixels, patch);
      const dy = at.dy + first * pixels * outChannels * BYTES;
      matrixProduct(simd, { a, b, c }, [{ a: dy, b: at.filter, c: rows }]);
      simd.zero(framed, count * frameSize);
      simd.scatterPatches(
        ...[rows, framed, count, frameSize * BYTES],
        ...[results.height, results.strideHeight * frameRow, results.width, column],
        ...[filter.height, frameRow, filter.width * inChannels],
      );
      // cuts off the padding
      simd.pad(
        ...[framed, count, frame.height, frameRow],
        ...[at.dx + first * inHeight * inWidth * pixel, images.height, images.width * pixel],
        ...[-frame.top, -frame.left * pixel],
      );
    }
  });
}

/** Computes dx by one product for each phase of the stride, without multiplying inserted zeros. */
function byPhases(simd: Simd, conv: Conv2DInfo, at: InputGradientAddresses): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = conv;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = conv;
  const rows = phasesOf(inHeight, filterHeight, strideHeight, padInfo.top);
  const columns = phasesOf(inWidth, filterWidth, strideWidth, padInfo.left);
  const images = { height: outHeight, width: outWidth, channels: outChannels };
  const [vertical, horizontal] = [spanOf(rows), spanOf(columns)];
  const frame: Frame = {
    height: vertical.size,
    width: horizontal.size,
    top: vertical.before,
    left: horizontal.before,
  };
  const tap = inChannels * outChannels;
  // a stride longer than the filter leaves positions that nothing reaches
  if ([...rows, ...columns].some(({ taps }) => taps === 0))
    simd.zero(at.dx, batchSize * inHeight * inWidth * inChannels);
  forFramedImages(simd, at.dy, batchSize, images, frame, (first, count, framed) => {
    for (const row of rows)
      for (const column of columns) {
        if (row.taps === 0 || column.taps === 0) continue;
        const results = { height: row.count, width: column.count };
        const taps = { height: row.taps, width: column.taps, strideHeight: 1, strideWidth: 1 };
        const a: Layout = {
          rows: resultGrid(
            count,
            { ...results, strideHeight: 1, strideWidth: 1 },
            frame,
            outChannels,
          ),
          columns: filterGrid(taps, frame, outChannels),
        };
        const b: Layout = {
          rows: {
            counts: [row.taps, column.taps, outChannels],
            strides: [-strideHeight * filterWidth * tap, -strideWidth * tap, 1],
          },
          columns: line(inChannels, outChannels),
        };
        const c: Layout = {
          rows: resultGrid(
            count,
            { ...results, strideHeight, strideWidth },
            { height: inHeight, width: inWidth },
            inChannels,
          ),
          columns: line(inChannels, 1),
        };
        const seen = (row.first + frame.top) * frame.width + column.first + frame.left;
        const pixel = (first * inHeight + row.offset) * inWidth + column.offset;
        matrixProduct(simd, { a, b, c }, [
          {
            a: framed + seen * outChannels * BYTES,
            b: at.filter + (row.lastTap * filterWidth + column.lastTap) * tap * BYTES,
            c: at.dx + pixel * inChannels * BYTES,
          },
        ]);
      }
  });
}
