import type { TensorInfo } from '@tensorflow/tfjs-core';
import { MOVE_STATISTICS } from '../../normalization.js';
import type { MoveAttrs } from '../../normalization.js';
import { kernelFunc } from '../../replacement.js';
import type { KernelReplacement } from '../../replacement.js';
import { runElementwise } from '../runtime/run_elementwise.js';
import type { WebGPUKernelCall } from '../runtime/webgpu_backend.js';

interface Inputs {
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
  readonly newMean: TensorInfo;
  readonly newVariance: TensorInfo;
}
type Call = WebGPUKernelCall<Inputs, MoveAttrs>;

/** Both running moments of a normalization in one dispatch. */
export const moveStatisticsOnWebGPU: KernelReplacement = {
  kernelName: MOVE_STATISTICS,
  backendName: 'webgpu',
  make: () =>
    kernelFunc<Call, TensorInfo[]>(({ inputs, attrs, backend }) => {
      const { kept, ofMean, ofVariance } = attrs;
      return runElementwise(backend, {
        name: MOVE_STATISTICS,
        inputs: { ...inputs },
        numbers: { kept, ofMean, ofVariance },
        outputs: ['movedMean', 'movedVariance'],
        shape: inputs.mean.shape,
        body: `
  let movedMean = mean * numbers.kept + newMean * numbers.ofMean;
  let movedVariance = variance * numbers.kept + newVariance * numbers.ofVariance;`,
      });
    }),
};
