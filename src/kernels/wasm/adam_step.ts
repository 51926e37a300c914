import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ADAM_STEP } from '../fused_adam.js';
import type { AdamDecays, AdamNumbers, AdamOperands } from '../fused_adam.js';
import { simdOf } from './runtime/simd.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

type Call = WasmKernelCall<AdamOperands<TensorInfo>, AdamDecays & AdamNumbers>;

/** One step of Adam in one pass over the weights on all threads, where ops take ten, with the same bits. */
export const adamStep: KernelReplacement = {
  kernelName: ADAM_STEP,
  make: () =>
    kernelFunc<Call, TensorInfo[]>(({ inputs, attrs, backend }) => {
      const { value, m, v, gradient } = inputs;
      const results = [value, m, v].map(({ shape }) => backend.makeOutput(shape, 'float32'));
      const { beta1, beta2, epsilon, rate } = attrs;
      const simd = simdOf(backend);
      simd.adamStep(
        simd.job,
        ...[value, m, v, gradient, ...results].map(({ dataId }) => backend.getMemoryOffset(dataId)),
        value.shape.reduce((size, length) => size * length, 1),
        ...[beta1, beta2, epsilon, rate],
      );
      return results;
    }),
};
