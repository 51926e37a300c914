import { MaxPool, MaxPool3D, greater, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { valuesOf } from '../cpu/cpu_backend.js';
import type { CPUBackend } from '../cpu/cpu_backend.js';
import { markNaN, withNaNWhere } from '../not_a_number.js';
import { simdOf } from '../wasm/runtime/simd.js';
import { kernelFunc, toTensor } from '../replacement.js';
import type { KernelBackend, KernelCall, KernelReplacement, StockKernel } from '../replacement.js';
import type { WasmBackend } from '../wasm/runtime/wasm_backend.js';

type Call = KernelCall<{ x: Tensor }, unknown>;

/** Tests whether x is known to have no NaN, by backend; data on a GPU is not read. */
const IS_NUMBERS: Record<
  Exclude<KernelBackend, 'tensorflow'>,
  (x: Tensor, backend: object) => boolean
> = {
  cpu: (x, backend) => !valuesOf(backend as CPUBackend, x).some(Number.isNaN),
  wasm: (x, backend) => isNumbersOnWasm(x, backend as WasmBackend),
  webgl: () => false,
  webgpu: () => false,
};

const isNumbersOnWasm = (x: Tensor, backend: WasmBackend): boolean =>
  simdOf(backend).isAboveNegativeInfinity(backend.getMemoryOffset(x.dataId), x.size) !== 0;

/** Runs tfjs's max pooling, but returns NaN for each window that holds one: no backend of tfjs does. */
export function withNaN(stock: StockKernel, { inputs: { x }, attrs, backend }: Call): Tensor {
  const pool = (image: Tensor): Tensor => toTensor(stock({ inputs: { x: image }, attrs, backend }));
  return tidy(() => withNaNWhere(greater(pool(markNaN(x)), 0), pool(x)));
}

const maxPool = (kernelName: string, backendName: keyof typeof IS_NUMBERS): KernelReplacement => ({
  kernelName,
  backendName,
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, backend } = call;
      return IS_NUMBERS[backendName](inputs.x, backend) ? stock(call) : withNaN(stock, call);
    }),
});

/** Max pooling; the one of wasm in three dimensions consists of this in two. */
export const maxPools: readonly KernelReplacement[] = [
  maxPool(MaxPool, 'cpu'),
  maxPool(MaxPool, 'wasm'),
  maxPool(MaxPool, 'webgl'),
  maxPool(MaxPool, 'webgpu'),
  maxPool(MaxPool3D, 'cpu'),
  maxPool(MaxPool3D, 'webgl'),
  maxPool(MaxPool3D, 'webgpu'),
];
