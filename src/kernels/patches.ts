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

/** Runs from this length on are copied by the engine, shorter ones element by element. */
const LONG_RUN = 24;

/** Which row of the filter, and which rows of the result, counted through the batch. */
interface FilterRowPart {
  readonly filterRow: number;
  readonly first: number;
  readonly count: number;
}

/**
 * Copies what one row of the filter sees of an image with channels first, [channels, batch, height,
 * width], into the matrix [filterWidth·channels, count·outWidth]: a row for each tap and
 * channel, in which a row of the result is one run. Both are parts of one memory.
 */
export function gatherFilterRow(
  planes: Float32Array,
  conv: Geometry,
  { filterRow, first: firstRow, count }: FilterRowPart,
  patches: Float32Array,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = conv;
  const { filterWidth, strideHeight, strideWidth, padInfo } = conv;
  const heap = new Float32Array(planes.buffer);
  const start = planes.byteOffset / heap.BYTES_PER_ELEMENT;
  let to = patches.byteOffset / heap.BYTES_PER_ELEMENT;
  for (let j = 0; j < filterWidth; j++) {
    const shift = j - padInfo.left;
    // the results that see the image, and not the padding beside it
    const first = Math.min(outWidth, Math.max(0, Math.ceil(-shift / strideWidth)));
    const end = Math.max(first, Math.min(outWidth, Math.ceil((inWidth - shift) / strideWidth)));
    const asOne = strideWidth === 1 && end - first >= LONG_RUN;
    for (let c = 0; c < inChannels; c++)
      for (let row = firstRow; row < firstRow + count; row++, to += outWidth) {
        const n = Math.floor(row / outHeight);
        const h = (row % outHeight) * strideHeight + filterRow - padInfo.top;
        if (h < 0 || h >= inHeight) {
          heap.fill(0, to, to + outWidth);
          continue;
        }
        const from = start + ((c * batchSize + n) * inHeight + h) * inWidth + shift;
        for (let q = 0; q < first; q++) heap[to + q] = 0;
        if (asOne) heap.copyWithin(to + first, from + first, from + end);
        else for (let q = first; q < end; q++) heap[to + q] = heap[from + q * strideWidth]!;
        for (let q = end; q < outWidth; q++) heap[to + q] = 0;
      }
  }
}
