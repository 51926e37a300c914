import type { TensorInfo } from '@tensorflow/tfjs-core';
import { BROKEN_SLOPE } from '../broken_slope.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { IS_NAN } from './runtime/not_a_number.js';
import { runElementwise } from './runtime/run_elementwise.js';
import type { WebGPUKernelCall } from './runtime/webgpu_backend.js';

type Call = WebGPUKernelCall<Record<'dy' | 'x', TensorInfo>, { readonly alpha: number }>;

/** The gradient of ReLU and LeakyReLU in one dispatch, where ops take a mask and a product. */
export const brokenSlopeOnWebGPU: KernelReplacement = {
  kernelName: BROKEN_SLOPE,
  backendName: 'webgpu',
  make: () =>
    kernelFunc<Call>(({ inputs: { dy, x }, attrs: { alpha }, backend }) => {
      const [dx] = runElementwise(backend, {
        name: BROKEN_SLOPE,
        inputs: { dy, x },
        numbers: { alpha },
        outputs: ['dx'],
        shape: x.shape,
        functions: IS_NAN,
        body: `
  var dx = dy * select(numbers.alpha, 1.0, x > 0.0);
  if (isNaN(x)) { dx = x; }`,
      });
      return dx!;
    }),
};
