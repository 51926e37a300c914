import { reshape, tidy, transpose } from '@tensorflow/tfjs-core';
import { gradFunc } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

interface DepthToSpaceAttrs {
  readonly blockSize: number;
  readonly dataFormat: 'NHWC' | 'NCHW';
}

/**
 * Depth to space (pixel shuffle) moves every element once; its gradient moves them back. tfjs has
 * none. Its kernels support only NHWC.
 */
export const depthToSpace: GradientRepair = {
  kernelName: 'DepthToSpace',
  make: () => ({
    kernelName: 'DepthToSpace',
    inputsToSave: ['x'],
    gradFunc: gradFunc<DepthToSpaceAttrs>((dy, [x], { blockSize }) => ({
      x: () =>
        tidy(() => {
          const [batch, height, width, depth] = x!.shape as [number, number, number, number];
          const channels = depth / blockSize ** 2;
          const blocks = reshape(dy, [batch, height, blockSize, width, blockSize, channels]);
          return reshape(transpose(blocks, [0, 1, 3, 2, 4, 5]), x!.shape);
        }),
    })),
  }),
};
