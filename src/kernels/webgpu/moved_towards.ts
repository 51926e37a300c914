import type { TensorInfo } from '@tensorflow/tfjs-core';
import { MOVED_TOWARDS } from '../moved_towards.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { runElementwise } from './runtime/run_elementwise.js';
import type { WebGPUKernelCall } from './runtime/webgpu_backend.js';

/** Averages that move towards weights, in one dispatch each. */
export const movedTowardsOnWebGPU: KernelReplacement = {
  kernelName: MOVED_TOWARDS,
  backendName: 'webgpu',
  make: () =>
    kernelFunc<WebGPUKernelCall<Record<'a' | 'b' | 'share', TensorInfo>>>(({ inputs, backend }) => {
      const [y] = runElementwise(backend, {
        name: MOVED_TOWARDS,
        inputs: { ...inputs },
        readings: { share: 'one' },
        outputs: ['y'],
        shape: inputs.a.shape,
        body: '  let y = a + (b - a) * share;',
      });
      return y!;
    }),
};
