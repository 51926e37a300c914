import { engine, getBackend, getKernel } from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { simdOf } from './runtime/simd.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

/** The operands of one step of Adam. */
interface Moments<T> {
  readonly value: T;
  readonly m: T;
  readonly v: T;
}
type Inputs<T> = Moments<T> & { readonly gradient: T };

/** The numbers of one step. */
export interface AdamNumbers {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly rate: number;
}
type Call = WasmKernelCall<Inputs<TensorInfo>, AdamNumbers>;

const KERNEL = 'GanKitAdamStep';

/**
 * One step of Adam in one pass over the weights, where ops take ten, with the same bits. tfjs has
 * no such kernel.
 */
export const adamStep: KernelReplacement = {
  kernelName: KERNEL,
  make: () =>
    kernelFunc<Call, TensorInfo[]>(({ inputs, attrs, backend }) => {
      const { value, m, v, gradient } = inputs;
      const results = [value, m, v].map(({ shape }) => backend.makeOutput(shape, 'float32'));
      const { beta1, beta2, epsilon, rate } = attrs;
      simdOf(backend).adam(
        ...[value, m, v, gradient, ...results].map(({ dataId }) => backend.getMemoryOffset(dataId)),
        value.shape.reduce((size, length) => size * length, 1),
        ...[beta1, beta2, epsilon, rate],
      );
      return results;
    }),
};

/** Runs the step by that kernel; returns undefined if the current backend has none. */
export function fusedAdamStep(
  inputs: Inputs<Tensor>,
  numbers: AdamNumbers,
): Moments<Tensor> | undefined {
  if (getKernel(KERNEL, getBackend()) === undefined) return undefined;
  const [value, m, v] = engine().runKernel<Tensor[]>(
    KERNEL,
    { ...inputs },
    {
      ...numbers,
    },
  ) as [Tensor, Tensor, Tensor];
  return { value, m, v };
}
