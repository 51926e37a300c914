import type { backend_util } from '@tensorflow/tfjs-core';
import type { Address, Simd } from '../runtime/simd.js';
import { forFramedImages } from './framed_images.js';
import { line, matrixProduct, rowMajor } from './matrix_product.js';
import type { Grid } from './matrix_product.js';

/*
 * Convolutions of stride 1 from many channels to few, such as the last one of a generator, whose results are the colours.
 * The matrix of patches has few multiplications for each element that is gathered. So the taps of a filter, or some of
 * them, take the place of output channels: their results lie side by side, and are added up afterwards.
 */

type Conv2DInfo = backend_util.Conv2DInfo;

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** The most output channels and the fewest input channels with which this is faster. */
const [MOST_RESULTS, FEWEST_INPUTS] = [6, 16];
/** The fewest taps with which this is faster. */
const FEWEST_TAPS = 9;
/** The most elements of slopes that one product gathers, unless a row has more. */
const MOST_GATHERED = 2 ** 21;

/** Tells whether a convolution is one of these. */
export const hasFewResults = (conv: Conv2DInfo): boolean =>
  [conv.strideHeight, conv.strideWidth, conv.dilationHeight, conv.dilationWidth].every(
    (step) => step === 1,
  ) &&
  conv.outChannels <= MOST_RESULTS &&
  conv.inChannels >= FEWEST_INPUTS &&
  conv.filterHeight > 1 &&
  conv.filterHeight * conv.filterWidth >= FEWEST_TAPS;

/** Returns the part of the plane that the filter sees. */
const frameOf = ({ outHeight, outWidth, filterHeight, filterWidth, padInfo }: Conv2DInfo) => ({
  height: outHeight + filterHeight - 1,
  width: outWidth + filterWidth - 1,
  top: padInfo.top,
  left: padInfo.left,
});

const imagesOf = ({ inHeight, inWidth, inChannels }: Conv2DInfo) => ({
  height: inHeight,
  width: inWidth,
  channels: inChannels,
});

/**
 * Computes y = x ∗ W, or y += x ∗ W: z[i,q,(h,d)] = Σ x[i, q+w, c] · W[h,w,c,d] for each row i of the frame, then
 * y[p,q,d] = Σ z[p+h, q, (h,d)].
 */
export function convolveToFew(
  simd: Simd,
  conv: Conv2DInfo,
  at: { readonly x: Address; readonly filter: Address; readonly y: Address },
  adds: boolean,
): void {
  const { batchSize, inChannels, outChannels, outHeight, outWidth } = conv;
  const { filterHeight, filterWidth } = conv;
  const frame = frameOf(conv);
  const pixel = { of: frame.width * inChannels, terms: filterWidth * inChannels };
  const [row, tall] = [outWidth * outChannels, outHeight + 2 * (filterHeight - 1)];
  if (!adds) simd.zero(at.y, batchSize * outHeight * row);
  forFramedImages(simd, at.x, batchSize, imagesOf(conv), frame, (first, count, framed) => {
    const rows: Grid = {
      counts: [count, frame.height, outWidth],
      strides: [frame.height * pixel.of, pixel.of, inChannels],
    };
    const taps: Grid = {
      counts: [1, filterHeight, outChannels],
      strides: [0, pixel.terms * outChannels, 1],
    };
    const a = { rows, columns: line(pixel.terms, 1) };
    const b = { rows: line(pixel.terms, outChannels), columns: taps };
    const [many, few] = [count * frame.height * outWidth, filterHeight * outChannels];
    simd.withMemory((many * few + count * tall * row) * BYTES, (z) => {
      const c = rowMajor(many, few);
      matrixProduct(simd, { a, b, c }, [{ a: framed, b: at.filter, c: z }]);
      const sums = z + many * few * BYTES;
      simd.zero(sums, count * tall * row);
      const before = (filterHeight - 1) * row * BYTES;
      simd.scatterPatches(
        ...[z, sums + before, count, tall * row * BYTES],
        ...[frame.height, row * BYTES, outWidth, outChannels * BYTES],
        ...[filterHeight, -row * BYTES, outChannels],
      );
      for (let image = 0; image < count; image++) {
        const y = at.y + (first + image) * outHeight * row * BYTES;
        simd.add(sums + image * tall * row * BYTES + before, y, outHeight * row);
      }
    });
  });
}

/** Computes dW[h,w,c,d] = Σ x[i,j,c] · dy[i−h, j−w, d] over the places of the frame, with zeros around dy. */
export function filterGradientOfFew(
  simd: Simd,
  conv: Conv2DInfo,
  at: { readonly x: Address; readonly dy: Address; readonly gradient: Address },
): void {
  const { batchSize, inChannels, outChannels, outHeight, outWidth } = conv;
  const { filterHeight, filterWidth } = conv;
  const frame = frameOf(conv);
  const around = {
    height: frame.height + filterHeight - 1,
    width: frame.width + filterWidth - 1,
    top: filterHeight - 1,
    left: filterWidth - 1,
  };
  const slopes = { height: outHeight, width: outWidth, channels: outChannels };
  const [imageRow, slopeRow] = [frame.width * inChannels, around.width * outChannels];
  const results = filterHeight * filterWidth * outChannels;
  const band = Math.max(1, Math.floor(MOST_GATHERED / (frame.width * results)));
  // one row of taps from the last to the first, as slopes lie side by side in that order
  const lastTap = (filterWidth - 1) * inChannels * outChannels;
  const layouts = (height: number) => ({
    a: {
      rows: line(inChannels, 1),
      columns: {
        counts: [1, height, frame.width] as const,
        strides: [0, imageRow, inChannels] as const,
      },
    },
    b: {
      rows: {
        counts: [1, height, frame.width] as const,
        strides: [0, slopeRow, outChannels] as const,
      },
      columns: {
        counts: [1, filterHeight, filterWidth * outChannels] as const,
        strides: [0, -slopeRow, 1] as const,
      },
    },
    c: {
      rows: line(inChannels, outChannels),
      columns: {
        counts: [filterHeight, filterWidth, outChannels] as const,
        strides: [filterWidth * inChannels * outChannels, -inChannels * outChannels, 1] as const,
      },
    },
  });
  const size = results * inChannels;
  const { x, gradient } = at;
  simd.withMemory(size * BYTES, (part) =>
    forFramedImages(simd, x, batchSize, imagesOf(conv), frame, (firstImage, images, framed) => {
      const dy = at.dy + firstImage * outHeight * outWidth * outChannels * BYTES;
      forFramedImages(simd, dy, images, slopes, around, (first, count, framedSlopes) => {
        for (let image = 0; image < count; image++) {
          // a sum for each image keeps the digits that one long sum would lose
          const isFirst = firstImage + first + image === 0;
          const sums = isFirst ? gradient : part;
          const [ofX, ofDy] = [
            framed + (first + image) * frame.height * imageRow * BYTES,
            framedSlopes + (image * around.height + filterHeight - 1) * slopeRow * BYTES,
          ];
          for (let top = 0; top < frame.height; top += band) {
            const height = Math.min(band, frame.height - top);
            const address = {
              a: ofX + top * imageRow * BYTES,
              b: ofDy + top * slopeRow * BYTES,
              c: sums + lastTap * BYTES,
            };
            matrixProduct(simd, layouts(height), [address], top > 0);
          }
          if (!isFirst) simd.add(part, gradient, size);
        }
      });
    }),
  );
}
