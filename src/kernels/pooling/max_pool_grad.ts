import { MaxPool3DGrad, MaxPoolGrad } from '@tensorflow/tfjs-core';
import type { MaxPool3DAttrs, MaxPoolAttrs, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { valuesOf } from '../cpu/cpu_backend.js';
import type { CPUKernelCall } from '../cpu/cpu_backend.js';
import { kernelFunc } from '../replacement.js';
import { heapViews } from '../wasm/runtime/wasm_backend.js';
import type { KernelReplacement } from '../replacement.js';
import type { FloatTriple, WasmKernelCall } from '../wasm/runtime/wasm_backend.js';
import { forEachMaximum, pool2D, pool3D } from './pool_windows.js';
import type { Pool } from './pool_windows.js';

interface Inputs<T> {
  readonly dy: T;
  readonly input: T;
}

/**
 * Makes the gradient of max pooling: each dy goes to the first largest element of its window. Stock
 * wasm takes a number above zero for the least maximum, and so drops the gradient of entirely
 * negative windows.
 */
function gradient<T extends Tensor4D | Tensor5D, Attrs>(
  kernelName: string,
  poolOf: (input: T, attrs: Attrs) => Pool,
): KernelReplacement {
  return {
    kernelName,
    make: () =>
      kernelFunc(({ inputs: { dy, input }, attrs, backend }: WasmKernelCall<Inputs<T>, Attrs>) => {
        const dx = backend.makeOutput(input.shape, 'float32');
        const [values, outer, inner] = heapViews<FloatTriple>(backend, input, dy, dx);
        inner.fill(0);
        forEachMaximum(values, poolOf(input, attrs), (at, out) => (inner[at]! += outer[out]!));
        return dx;
      }),
  };
}

/** The gradient of 3-D max pooling on cpu; stock counts places in a window by its height instead of its width. */
const maxPool3DGradOnCPU: KernelReplacement = {
  kernelName: MaxPool3DGrad,
  backendName: 'cpu',
  make: () =>
    kernelFunc(({ inputs, attrs, backend }: CPUKernelCall<Inputs<Tensor5D>, MaxPool3DAttrs>) => {
      const { dy, input } = inputs;
      const [values, outer] = [input, dy].map((tensor) => valuesOf(backend, tensor));
      const inner = new Float32Array(values!.length);
      forEachMaximum(values!, pool3D(input, attrs), (at, out) => (inner[at]! += outer![out]!));
      return backend.makeTensorInfo(input.shape, 'float32', inner);
    }),
};

/** The backward kernels of max pooling in two and three dimensions. */
export const maxPoolGrads: readonly KernelReplacement[] = [
  maxPool3DGradOnCPU,
  gradient<Tensor4D, MaxPoolAttrs>(MaxPoolGrad, pool2D),
  gradient<Tensor5D, MaxPool3DAttrs>(MaxPool3DGrad, pool3D),
];
