import { cast, less, mul } from '@tensorflow/tfjs-core';
import { gradFunc, runKernel } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

/** dx = dy · (y ≥ 0 ? 1 : y + 1), the gradient of elu in terms of its output. */
export const eluGrad: GradientRepair = {
  kernelName: 'EluGrad',
  make: () => ({
    kernelName: 'EluGrad',
    inputsToSave: ['dy', 'y'],
    gradFunc: gradFunc((ddx, [dy, y]) => ({
      dy: () => runKernel('EluGrad', { dy: ddx, y: y! }),
      y: () => mul(mul(ddx, dy!), cast(less(y!, 0), 'float32')),
    })),
  }),
};
