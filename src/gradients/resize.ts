import { image, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { bilinear, nearest, resizeTransposed } from '../ops/resize_transposed.js';
import type { Weights } from '../ops/resize_transposed.js';
import { gradFunc, stockGradient } from './gradient_repair.js';
import type { GradientOf, GradientRepair } from './gradient_repair.js';

interface ResizeAttrs {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
  readonly size: [number, number];
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
        const size = saved[0]!.shape.slice(1, 3) as [number, number];
        return { images: () => resizeTransposed(dy, size, weights) };
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
