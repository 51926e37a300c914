import type { backend_util } from '@tensorflow/tfjs-core';

/*
 * Convolutions, their gradients and matrix products as they are defined, in float64.
 */

type Conv2DInfo = backend_util.Conv2DInfo;
type Values = ArrayLike<number>;

/** Visits each result with each tap that lies in the image, by the first channels of all three. */
function forEachTap(
  conv: Conv2DInfo,
  visit: (image: number, filter: number, result: number) => void,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = conv;
  for (let n = 0; n < batchSize; n++)
    for (let p = 0; p < outHeight; p++)
      for (let q = 0; q < outWidth; q++)
        for (let i = 0; i < conv.filterHeight; i++)
          for (let j = 0; j < conv.filterWidth; j++) {
            const h = p * conv.strideHeight + i * conv.dilationHeight - conv.padInfo.top;
            const w = q * conv.strideWidth + j * conv.dilationWidth - conv.padInfo.left;
            if (h < 0 || h >= inHeight || w < 0 || w >= inWidth) continue;
            visit(
              ((n * inHeight + h) * inWidth + w) * inChannels,
              (i * conv.filterWidth + j) * inChannels * outChannels,
              ((n * outHeight + p) * outWidth + q) * outChannels,
            );
          }
}

/** y[n,p,q,d] = Σ x[n, s·p+r·i, s·q+r·j, c] · W[i,j,c,d] */
export function convolution(conv: Conv2DInfo, x: Values, filter: Values): Float64Array {
  const { batchSize, outHeight, outWidth, inChannels, outChannels } = conv;
  const y = new Float64Array(batchSize * outHeight * outWidth * outChannels);
  forEachTap(conv, (image, tap, result) => {
    for (let c = 0; c < inChannels; c++)
      for (let d = 0; d < outChannels; d++)
        y[result + d]! += x[image + c]! * filter[tap + c * outChannels + d]!;
  });
  return y;
}

/** dx[n, s·p+i, s·q+j, c] = Σ dy[n,p,q,d] · W[i,j,c,d] */
export function inputGradient(conv: Conv2DInfo, dy: Values, filter: Values): Float64Array {
  const { batchSize, inHeight, inWidth, inChannels, outChannels } = conv;
  const dx = new Float64Array(batchSize * inHeight * inWidth * inChannels);
  forEachTap(conv, (image, tap, result) => {
    for (let c = 0; c < inChannels; c++)
      for (let d = 0; d < outChannels; d++)
        dx[image + c]! += dy[result + d]! * filter[tap + c * outChannels + d]!;
  });
  return dx;
}

/** dW[i,j,c,d] = Σ x[n, s·p+i, s·q+j, c] · dy[n,p,q,d] */
export function filterGradient(conv: Conv2DInfo, x: Values, dy: Values): Float64Array {
  const { filterHeight, filterWidth, inChannels, outChannels } = conv;
  const dW = new Float64Array(filterHeight * filterWidth * inChannels * outChannels);
  forEachTap(conv, (image, tap, result) => {
    for (let c = 0; c < inChannels; c++)
      for (let d = 0; d < outChannels; d++)
        dW[tap + c * outChannels + d]! += x[image + c]! * dy[result + d]!;
  });
  return dW;
}

/** A batch of matrices. */
export interface Matrices {
  /** Two or more axes, the last two of which are those of the matrices. */
  readonly shape: readonly number[];
  readonly values: Values;
  readonly isTransposed: boolean;
}

/** The products of two batches of matrices, of a shape that `batch` broadcasts both to. */
export function products(batch: readonly number[], a: Matrices, b: Matrices): Float64Array {
  const [rows, inner] = sizesOf(a);
  const [, columns] = sizesOf(b);
  const count = batch.reduce((product, axis) => product * axis, 1);
  const out = new Float64Array(count * rows * columns);
  for (let matrix = 0; matrix < count; matrix++) {
    const [elementOfA, elementOfB] = [elementsOf(a, batch, matrix), elementsOf(b, batch, matrix)];
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += elementOfA(i, k) * elementOfB(k, j);
        out[(matrix * rows + i) * columns + j] = sum;
      }
  }
  return out;
}

function sizesOf({ shape, isTransposed }: Matrices): [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return isTransposed ? [columns, rows] : [rows, columns];
}

/** The elements of what a matrix of the broadcast batch is in its own batch. */
function elementsOf(
  { shape, values, isTransposed }: Matrices,
  batch: readonly number[],
  matrix: number,
) {
  const own = shape.slice(0, -2);
  const [height, width] = shape.slice(-2) as [number, number];
  let start = 0;
  let size = height * width;
  for (let axis = 1; axis <= batch.length; axis++) {
    const index = matrix % batch.at(-axis)!;
    matrix = Math.floor(matrix / batch.at(-axis)!);
    const length = own.at(-axis) ?? 1;
    if (length > 1) start += index * size;
    size *= length;
  }
  return isTransposed
    ? (row: number, column: number) => values[start + column * width + row]!
    : (row: number, column: number) => values[start + row * width + column]!;
}

/** The activations of tfjs's fused kernels; `slope` is that of leakyrelu, and of a channel in prelu. */
export const ACTIVATIONS: Record<string, (x: number, slope: number) => number> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  leakyrelu: (x, slope) => (x > 0 ? x : slope * x),
  prelu: (x, slope) => (x > 0 ? x : slope * x),
};
