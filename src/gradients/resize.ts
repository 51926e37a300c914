import { image, matMul, reshape, tensor2d, tidy, transpose, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { gradFunc, stockGradient } from './gradient_repair.js';
import type { GradientOf, GradientRepair } from './gradient_repair.js';

interface ResizeAttrs {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
  readonly size: [number, number];
}

/** The matrix of weights of source pixels (columns) in resized ones (rows), along one axis. */
type Weights = (from: number, to: number) => number[][];

/** Weights source pixel ⌊(i + ½) · from/to⌋. */
const nearest: Weights = (from, to) =>
  Array.from({ length: to }, (_, i) => {
    const source = Math.min(from - 1, Math.floor((i + 0.5) * (from / to)));
    return Array.from({ length: from }, (_, j) => (j === source ? 1 : 0));
  });

/** Weights the two pixels around position (i + ½) · from/to − ½; beyond the border, the border pixel. */
const bilinear: Weights = (from, to) =>
  Array.from({ length: to }, (_, i) => {
    const position = Math.min(from - 1, Math.max(0, (i + 0.5) * (from / to) - 0.5));
    return Array.from({ length: from }, (_, j) => Math.max(0, 1 - Math.abs(j - position)));
  });

/** Computes Wᵀ dy along one axis, for y = W x. */
function backwards(dy: Tensor, axis: 1 | 2, weights: number[][]): Tensor {
  return tidy(() => {
    const from = weights[0]!.length;
    const order = axis === 1 ? [1, 0, 2, 3] : [2, 0, 1, 3]; // its own inverse, or [1, 2, 0, 3]
    const back = axis === 1 ? [1, 0, 2, 3] : [1, 2, 0, 3];
    const moved = transpose(dy, order);
    const rows: Tensor2D = reshape(moved, [moved.shape[0], -1]);
    const summed = matMul(tensor2d(weights), rows, true);
    return transpose(reshape(summed, [from, ...moved.shape.slice(1)]), back);
  });
}

/** Uses two exact matrix products, as tfjs's backward kernels ignore `halfPixelCenters`. */
const withPixelCenters = (kernelName: string, weights: Weights): GradientRepair => ({
  kernelName,
  make: (stock) => {
    const stockOf: GradientOf<ResizeAttrs> = stockGradient(stock);
    return {
      kernelName,
      inputsToSave: ['images'],
      gradFunc: gradFunc<ResizeAttrs>((dy, saved, attrs) => {
        if (!attrs.halfPixelCenters) return stockOf(dy, saved, attrs);
        const [, height, width] = saved[0]!.shape as [number, number, number];
        const [tall, wide] = attrs.size;
        return {
          images: () => backwards(backwards(dy, 1, weights(height, tall)), 2, weights(width, wide)),
        };
      }),
    };
  },
});

/** Makes the adjoint of the linear backward kernel: the resizing itself. */
const adjoint = (
  kernelName: string,
  resize: (x: Tensor4D, size: [number, number], alignCorners: boolean) => Tensor,
): GradientRepair => ({
  kernelName,
  make: () => ({
    kernelName,
    inputsToSave: ['images', 'dy'],
    gradFunc: gradFunc<ResizeAttrs>((ddx, [images, dy], { alignCorners }) => ({
      dy: () => resize(ddx as Tensor4D, dy!.shape.slice(1, 3) as [number, number], alignCorners),
      images: () => zeros(images!.shape),
    })),
  }),
});

/** Resizing by nearest neighbours (upSampling2d) and bilinear resizing. */
export const resizing: readonly GradientRepair[] = [
  withPixelCenters('ResizeNearestNeighbor', nearest),
  withPixelCenters('ResizeBilinear', bilinear),
  adjoint('ResizeNearestNeighborGrad', image.resizeNearestNeighbor),
  adjoint('ResizeBilinearGrad', image.resizeBilinear),
];
