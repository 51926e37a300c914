import type { backend_util } from '@tensorflow/tfjs-core';

type Geometry = Pick<
  backend_util.Conv2DInfo,
  | 'batchSize'
  | 'inHeight'
  | 'inWidth'
  | 'inChannels'
  | 'outHeight'
  | 'outWidth'
  | 'filterHeight'
  | 'filterWidth'
  | 'strideHeight'
  | 'strideWidth'
  | 'padInfo'
>;

/** Number of elements of the patch matrix [batch·outHeight·outWidth, filterHeight·filterWidth·inChannels]. */
export function patchElements(conv: Geometry): number {
  const rows = conv.batchSize * conv.outHeight * conv.outWidth;
  return rows * conv.filterHeight * conv.filterWidth * conv.inChannels;
}

/**
 * Calls `visit` for every run of elements that image and patch matrix have in common: one row of
 * one patch, clipped at the border. `visit` is told where the run starts in both, and its length.
 */
function forEachRun(
  conv: Geometry,
  visit: (image: number, patch: number, length: number) => void,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = conv;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = conv;
  const patchSize = filterHeight * filterWidth * inChannels;
  let patch = 0;
  for (let n = 0; n < batchSize; n++)
    for (let oh = 0; oh < outHeight; oh++)
      for (let ow = 0; ow < outWidth; ow++, patch += patchSize) {
        const left = ow * strideWidth - padInfo.left;
        const from = Math.max(0, -left);
        const to = Math.min(filterWidth, inWidth - left);
        if (to <= from) continue;
        for (let kh = 0; kh < filterHeight; kh++) {
          const h = oh * strideHeight - padInfo.top + kh;
          if (h < 0 || h >= inHeight) continue;
          const image = ((n * inHeight + h) * inWidth + left + from) * inChannels;
          visit(image, patch + (kh * filterWidth + from) * inChannels, (to - from) * inChannels);
        }
      }
}

/** Copies each patch of the image, as the convolution sees it, into a row of the patch matrix. */
export function gatherPatches(image: Float32Array, conv: Geometry, patches: Float32Array): void {
  patches.fill(0);
  forEachRun(conv, (from, to, length) => {
    for (let i = 0; i < length; i++) patches[to + i] = image[from + i]!;
  });
}

/** The transpose of {@link gatherPatches}: adds each row of the patch matrix back to where it came from. */
export function scatterPatches(patches: Float32Array, conv: Geometry, image: Float32Array): void {
  image.fill(0);
  forEachRun(conv, (to, from, length) => {
    for (let i = 0; i < length; i++) image[to + i]! += patches[from + i]!;
  });
}
