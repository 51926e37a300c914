import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ADAM_STEP } from '../fused_adam.js';
import type { AdamDecays, AdamOperands } from '../fused_adam.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { runElementwise } from './runtime/run_elementwise.js';
import type { WebGPUKernelCall } from './runtime/webgpu_backend.js';

type Inputs = AdamOperands<TensorInfo> & {
  /** Shape [2]: αₜ and εₜ, which change from step to step. */
  readonly numbers: TensorInfo;
};
type Call = WebGPUKernelCall<Inputs, AdamDecays>;

/** One step of Adam in one dispatch for each weight, where ops take ten. */
export const adamStepOnWebGPU: KernelReplacement = {
  kernelName: ADAM_STEP,
  backendName: 'webgpu',
  make: () =>
    kernelFunc<Call, TensorInfo[]>(({ inputs, attrs, backend }) => {
      const { value, m, v, gradient, numbers } = inputs;
      return runElementwise(backend, {
        name: ADAM_STEP,
        inputs: { value, m, v, gradient, rate: numbers },
        readings: { rate: 'one' },
        numbers: { beta1: attrs.beta1, beta2: attrs.beta2 },
        outputs: ['newValue', 'newM', 'newV'],
        shape: value.shape,
        body: `
  let newM = m * numbers.beta1 + gradient;
  let newV = v * numbers.beta2 + gradient * gradient;
  let newValue = value - newM / (sqrt(newV) + rate_[1]) * rate;`,
      });
    }),
};
