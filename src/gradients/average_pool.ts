import { avgPool, avgPool3d, div, getBackend, mul, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { insideParts } from '../kernels/pooling/inside_parts.js';
import { poolAxes } from '../kernels/pooling/pool_axes.js';
import type { PoolAttrs } from '../kernels/pooling/pool_axes.js';
import { gradFunc, stockGradient } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

/**
 * Returns the ratio between the forward pass, which divides by the number of pixels inside the image, and
 * the backward kernel, which divides by the whole window, except in libtensorflow.
 */
const betweenPasses = (image: Tensor, attrs: PoolAttrs): Tensor | undefined =>
  getBackend() === 'tensorflow' ? undefined : insideParts(poolAxes(image.shape, attrs));

/** Repairs the gradient with padding: dy is first divided by that ratio. */
const pool = (kernelName: string): GradientRepair => ({
  kernelName,
  make: (stock) => ({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: gradFunc<PoolAttrs>((dy, [x], attrs) => ({
      x: () => {
        const parts = betweenPasses(x!, attrs);
        const raised = parts === undefined ? dy : div(dy, parts);
        return stockGradient<PoolAttrs>(stock)(raised, [x!], attrs)['x']!();
      },
    })),
  }),
});

/** Makes the adjoint of the backward kernel, which divides as it does. */
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
        const parts = betweenPasses(input!, attrs);
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
