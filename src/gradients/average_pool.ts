import { avgPool, avgPool3d, div, mul, tensor, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { gradFunc, stockGradient } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';
import { poolAxes } from './pool_axes.js';
import type { PoolAttrs } from './pool_axes.js';

/**
 * How much of each window lies inside the image, as a part of the whole window, shape [1, …, 1];
 * nothing where all windows lie inside.
 */
function insideParts(shape: readonly number[], attrs: PoolAttrs): Tensor | undefined {
  let parts = [1];
  const axes = poolAxes(shape, attrs);
  for (const { size, windows, window, stride, before } of axes) {
    const along = Array.from({ length: windows }, (_, i) => {
      const start = i * stride - before;
      return (Math.min(size, start + window) - Math.max(0, start)) / window;
    });
    parts = parts.flatMap((part) => along.map((other) => part * other));
  }
  if (parts.every((part) => part === 1)) return undefined;
  return tensor(parts, [1, ...axes.map(({ windows }) => windows), 1]);
}

/**
 * The forward pass divides by the number of pixels inside the image, tfjs's backward kernel by the
 * whole window; with padding, dy is first raised by what lies between.
 */
const pool = (kernelName: string): GradientRepair => ({
  kernelName,
  make: (stock) => ({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: gradFunc<PoolAttrs>((dy, [x], attrs) => ({
      x: () => {
        const parts = insideParts(x!.shape, attrs);
        const raised = parts === undefined ? dy : div(dy, parts);
        return stockGradient<PoolAttrs>(stock)(raised, [x!], attrs)['x']!();
      },
    })),
  }),
});

/** The backward kernel divides by the whole window; so does the adjoint, by what avgPool leaves out. */
const poolGrad = (
  kernelName: string,
  average: (x: Tensor, attrs: PoolAttrs) => Tensor,
): GradientRepair => ({
  kernelName,
  make: () => ({
    kernelName,
    inputsToSave: ['input'],
    gradFunc: gradFunc<PoolAttrs>((ddx, [input], attrs) => ({
      dy: () => {
        const parts = insideParts(input!.shape, attrs);
        const pooled = average(ddx, attrs);
        return parts === undefined ? pooled : mul(pooled, parts);
      },
      input: () => zeros(input!.shape),
    })),
  }),
});

/** Average pooling in two and three dimensions, and its backward kernels. */
export const averagePool: readonly GradientRepair[] = [
  pool('AvgPool'),
  pool('AvgPool3D'),
  poolGrad('AvgPoolGrad', (x, { filterSize, strides, pad, dimRoundingMode }) =>
    avgPool(x as Tensor4D, filterSize as number, strides as number, pad, dimRoundingMode),
  ),
  poolGrad('AvgPool3DGrad', (x, { filterSize, strides, pad, dimRoundingMode }) =>
    avgPool3d(x as Tensor5D, filterSize as number, strides as number, pad, dimRoundingMode),
  ),
];
