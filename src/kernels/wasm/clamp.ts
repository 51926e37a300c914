import { ClipByValue, Relu, Relu6 } from '@tensorflow/tfjs-core';
import type { ClipByValueAttrs, Tensor } from '@tensorflow/tfjs-core';
import { simdOf } from './runtime/simd.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

type Call<Attrs> = WasmKernelCall<{ x: Tensor }, Attrs>;
type Bounds = readonly [low: number, high: number];

/**
 * Makes min(max(x, low), high), with the bits of stock wasm except for NaN: that takes the sign of
 * a NaN made by a processor (∞ − ∞, 0 · ∞; it is set) for that of a number, and returns the lower
 * bound.
 */
function clamping<Attrs>(kernelName: string, bounds: (attrs: Attrs) => Bounds): KernelReplacement {
  return {
    kernelName,
    make: (stock) =>
      kernelFunc((call: Call<Attrs>) => {
        const { inputs, attrs, backend } = call;
        const { x } = inputs;
        if (x.dtype !== 'float32') return stock(call);
        const y = backend.makeOutput(x.shape, 'float32');
        const [from, to] = [x, y].map(({ dataId }) => backend.getMemoryOffset(dataId));
        simdOf(backend).clamp(from!, to!, x.size, ...bounds(attrs));
        return y;
      }),
  };
}

/** The kernels that keep values between two bounds. */
export const clamps: readonly KernelReplacement[] = [
  clamping(Relu, () => [0, Infinity]),
  clamping(Relu6, () => [0, 6]),
  clamping(ClipByValue, ({ clipValueMin, clipValueMax }: ClipByValueAttrs) => [
    clipValueMin,
    clipValueMax,
  ]),
];
