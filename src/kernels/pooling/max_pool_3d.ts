import { MaxPool3D } from '@tensorflow/tfjs-core';
import type { MaxPool3DAttrs, Tensor5D } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import { heapViews } from '../wasm/runtime/wasm_backend.js';
import type { KernelReplacement } from '../replacement.js';
import type { FloatPair, WasmKernelCall } from '../wasm/runtime/wasm_backend.js';
import { forEachMaximum, pool3D } from './pool_windows.js';

type Call = WasmKernelCall<{ x: Tensor5D }, MaxPool3DAttrs>;

/**
 * Max pooling in three dimensions. Stock wasm takes the smallest number above zero for the least
 * maximum: 1.2e-38 if all of a window is negative, or NaN.
 */
export const maxPool3D: KernelReplacement = {
  kernelName: MaxPool3D,
  make: () =>
    kernelFunc(({ inputs: { x }, attrs, backend }: Call) => {
      const pool = pool3D(x, attrs);
      const windows = pool.axes.map(({ windows }) => windows);
      const y = backend.makeOutput([pool.batch, ...windows, pool.channels], 'float32');
      const [from, to] = heapViews<FloatPair>(backend, x, y);
      forEachMaximum(from, pool, (at, out) => (to[out] = from[at]!));
      return y;
    }),
};
