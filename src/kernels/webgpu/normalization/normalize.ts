import type { TensorInfo } from '@tensorflow/tfjs-core';
import { NORMALIZE } from '../../normalization.js';
import type { Affine, GroupMoments, NormalizeAttrs } from '../../normalization.js';
import { kernelFunc } from '../../replacement.js';
import type { KernelReplacement } from '../../replacement.js';
import { runElementwise } from '../runtime/run_elementwise.js';
import type { WebGPUKernelCall } from '../runtime/webgpu_backend.js';
import { PLACE_OF_ELEMENT, layoutIntegers, layoutOf } from './layout.js';

type Inputs = { readonly x: TensorInfo } & GroupMoments<TensorInfo> & Partial<Affine<TensorInfo>>;
type Call = WebGPUKernelCall<Inputs, NormalizeAttrs>;

/** γ (x − μ)/√(σ² + ε) + β in one dispatch. */
export const normalizeOnWebGPU: KernelReplacement = {
  kernelName: NORMALIZE,
  backendName: 'webgpu',
  make: () =>
    kernelFunc<Call>(({ inputs, attrs, backend }) => {
      const { x, mean, variance, gamma, beta } = inputs;
      const affine = gamma === undefined || beta === undefined ? {} : { gamma, beta };
      const [y] = runElementwise(backend, {
        name: NORMALIZE,
        inputs: { x, mean, variance, ...affine },
        readings: { mean: 'own', variance: 'own', gamma: 'channel', beta: 'channel' },
        integers: layoutIntegers(layoutOf(x.shape, attrs.groups)),
        numbers: { epsilon: attrs.epsilon },
        outputs: ['y'],
        shape: x.shape,
        body: `${PLACE_OF_ELEMENT}
  let inverse = inverseSqrt(variance_[group] + numbers.epsilon);
  let y = (x - mean_[group]) * ${gamma === undefined ? 'inverse' : '(inverse * gamma) + beta'};`,
      });
      return y!;
    }),
};
