import {
  Abs,
  Add,
  ClipByValue,
  LeakyRelu,
  Multiply,
  Neg,
  RealDiv,
  Relu,
  Relu6,
  Square,
  Step,
  Sub,
} from '@tensorflow/tfjs-core';
import type {
  ClipByValueAttrs,
  LeakyReluAttrs,
  StepAttrs,
  Tensor,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { BROKEN_SLOPE } from '../broken_slope.js';
import { MOVED_TOWARDS } from '../moved_towards.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { runElementwise } from './runtime/run_elementwise.js';
import type { FUNCTIONS } from './runtime/run_elementwise.js';
import { heapViews } from './runtime/wasm_backend.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

type Name = keyof typeof FUNCTIONS;
type Numbers = readonly [p?: number, q?: number];

/** Makes a function of two tensors, in shapes that are common; the others are left to stock wasm. */
const ofTwo = (kernelName: string, name: Name): KernelReplacement => ({
  kernelName,
  make: (stock) =>
    kernelFunc((call: WasmKernelCall<Record<'a' | 'b', Tensor>>) => {
      const { a, b } = call.inputs;
      const isOurs = a.dtype === 'float32' && b.dtype === 'float32';
      return (isOurs ? runElementwise(call.backend, name, a, b) : undefined) ?? stock(call);
    }),
});

/** Makes a function of each element. */
const ofOne = <Attrs = object>(
  kernelName: string,
  name: Name,
  numbers: (attrs: Attrs) => Numbers = () => [],
): KernelReplacement => ({
  kernelName,
  make: (stock) =>
    kernelFunc((call: WasmKernelCall<{ x: Tensor }, Attrs>) => {
      const { x } = call.inputs;
      if (x.dtype !== 'float32') return stock(call);
      return runElementwise(call.backend, name, x, x, ...numbers(call.attrs))!;
    }),
});

/** The gradient of ReLU and LeakyReLU in one pass, where ops take a mask and a product. */
const brokenSlope: KernelReplacement = {
  kernelName: BROKEN_SLOPE,
  make: () =>
    kernelFunc<WasmKernelCall<Record<'dy' | 'x', TensorInfo>, { readonly alpha: number }>>(
      ({ inputs: { dy, x }, attrs: { alpha }, backend }) =>
        runElementwise(backend, 'brokenSlope', dy, x, alpha)!,
    ),
};

/** Averages that move towards weights, in one pass each. */
const movedTowards: KernelReplacement = {
  kernelName: MOVED_TOWARDS,
  make: () =>
    kernelFunc<WasmKernelCall<Record<'a' | 'b' | 'share', TensorInfo>>>(
      ({ inputs: { a, b, share }, backend }) => {
        const [values] = heapViews<[Float32Array]>(backend, share);
        return runElementwise(backend, 'movedTowards', a, b, values[0])!;
      },
    ),
};

/**
 * Functions of one or two elements, on all threads, in common shapes with less work before the first element than
 * stock wasm.
 *
 * Bounds and ReLUs keep NaN: stock wasm takes the sign of a NaN made by a processor (∞ − ∞, 0 · ∞; it is set) for
 * that of a number, and returns the lower bound. Its LeakyReLU branches for each element.
 */
export const elementwiseOnWasm: readonly KernelReplacement[] = [
  ofTwo(Add, 'add'),
  ofTwo(Sub, 'subtract'),
  ofTwo(Multiply, 'multiply'),
  ofTwo(RealDiv, 'divide'),
  ofOne(Square, 'square'),
  ofOne(Abs, 'abs'),
  ofOne(Neg, 'negate'),
  ofOne(Relu, 'clamp', () => [0, Infinity]),
  ofOne(Relu6, 'clamp', () => [0, 6]),
  ofOne<ClipByValueAttrs>(ClipByValue, 'clamp', ({ clipValueMin, clipValueMax }) => [
    clipValueMin,
    clipValueMax,
  ]),
  ofOne<StepAttrs>(Step, 'step', ({ alpha }) => [alpha]),
  ofOne<LeakyReluAttrs>(LeakyRelu, 'leakyRelu', ({ alpha }) => [alpha]),
  brokenSlope,
  movedTowards,
];
