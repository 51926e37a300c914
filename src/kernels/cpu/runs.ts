import type { backend_util } from '@tensorflow/tfjs-core';

/**
 * Visits every result of a convolution with every row of the filter that sees part of the image there:
 * with the taps that see it, adjacent in image and filter, or one at a time if dilated.
 *
 * @param visit Takes the offset of the image's first element, the row of the filter, the first tap in
 * it, the number of taps, and the offset of the result.
 */
export function forEachRun(
  conv: backend_util.Conv2DInfo,
  visit: (image: number, row: number, tap: number, taps: number, result: number) => void,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = conv;
  const { filterHeight, filterWidth, dilationHeight, dilationWidth, padInfo } = conv;
  const taps = dilationWidth === 1 ? filterWidth : 1;
  for (let n = 0; n < batchSize; n++)
    for (let i = 0; i < filterHeight; i++)
      for (let p = 0; p < outHeight; p++) {
        const h = p * conv.strideHeight + i * dilationHeight - padInfo.top;
        if (h < 0 || h >= inHeight) continue;
        for (let j = 0; j < filterWidth; j += taps)
          for (let q = 0; q < outWidth; q++) {
            const w = q * conv.strideWidth + j * dilationWidth - padInfo.left;
            const first = Math.max(0, -w);
            const end = Math.min(taps, inWidth - w);
            if (first >= end) continue;
            const image = ((n * inHeight + h) * inWidth + w + first) * inChannels;
            const result = ((n * outHeight + p) * outWidth + q) * outChannels;
            visit(image, i, j + first, end - first, result);
          }
      }
}
