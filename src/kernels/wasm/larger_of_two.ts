import { Maximum, Minimum, broadcastTo, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { withNaNOf } from '../not_a_number.js';
import { simdOf } from './runtime/simd.js';
import { kernelFunc, toTensor } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

type Call = WasmKernelCall<{ a: Tensor; b: Tensor }>;

/** Keeps a NaN of either operand; stock wasm takes the left one where the right one is NaN. */
const choosing = (kernelName: string): KernelReplacement => ({
  kernelName,
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, backend } = call;
      const { b } = inputs;
      const at = backend.getMemoryOffset(b.dataId);
      if (b.dtype !== 'float32' || simdOf(backend).isAboveNegativeInfinity(at, b.size))
        return stock(call);
      return tidy(() => {
        const y = toTensor<Tensor>(stock(call));
        return withNaNOf(broadcastTo(b, y.shape), y);
      });
    }),
});

/** The larger and the smaller of two. */
export const largerOfTwo: readonly KernelReplacement[] = [choosing(Maximum), choosing(Minimum)];
