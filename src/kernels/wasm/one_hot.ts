import { OneHot } from '@tensorflow/tfjs-core';
import type { OneHotAttrs, Tensor } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import { heapViews } from './runtime/wasm_backend.js';
import type { KernelReplacement } from '../replacement.js';
import type { HeapView, WasmKernelCall } from './runtime/wasm_backend.js';

type Call = WasmKernelCall<{ indices: Tensor }, OneHotAttrs>;

/**
 * Rows of `offValue` with one `onValue`, in the requested dtype. Stock wasm writes the bits of
 * int32 numbers whatever the dtype: a float32 row holds 1.4e-45, so that a label has no effect.
 */
export const oneHot: KernelReplacement = {
  kernelName: OneHot,
  make: () =>
    kernelFunc(({ inputs: { indices }, attrs, backend }: Call) => {
      const { depth, onValue, offValue, dtype } = attrs as OneHotAttrs & { dtype?: 'float32' };
      const out = backend.makeOutput([...indices.shape, depth], dtype ?? 'int32');
      if (indices.size === 0 || depth === 0) return out;
      const [from, to] = heapViews<[HeapView, HeapView]>(backend, indices, out);
      to.fill(offValue);
      from.forEach((index, row) => {
        if (index >= 0 && index < depth) to[row * depth + index] = onValue;
      });
      return out;
    }),
};
