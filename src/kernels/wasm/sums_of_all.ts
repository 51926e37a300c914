import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { SUMS_OF_ALL } from '../sums_of_all.js';
import { sumTo } from './reductions.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

/** The sums of many tensors in one tensor. */
export const sumsOfAllOnWasm: KernelReplacement = {
  kernelName: SUMS_OF_ALL,
  make: () =>
    kernelFunc<WasmKernelCall<Record<string, TensorInfo>>>(({ inputs, backend }) => {
      const tensors = Object.values(inputs);
      const sums = backend.makeOutput([tensors.length], 'float32');
      tensors.forEach((x, i) => {
        const count = x.shape.reduce((size, axis) => size * axis, 1);
        sumTo(backend, x, { outer: 1, count, inner: 1 }, 1, sums, i);
      });
      return sums;
    }),
};
