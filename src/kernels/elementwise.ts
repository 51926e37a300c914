import {
  Acosh,
  Asinh,
  Atanh,
  Cosh,
  Elu,
  Exp,
  Expm1,
  Log,
  Log1p,
  Relu6,
  Selu,
  Sigmoid,
  Sign,
  Sinh,
  Softplus,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { withNaNOf } from './not_a_number.js';
import { kernelFunc, toTensor } from './replacement.js';
import type { KernelBackend, KernelCall, KernelReplacement } from './replacement.js';

type Call = KernelCall<{ x: Tensor }>;

/** Wraps tfjs's kernel of a function of one element to return NaN where x is NaN. */
const keeping =
  (backendName: KernelBackend) =>
  (kernelName: string): KernelReplacement => ({
    kernelName,
    backendName,
    make: (stock) =>
      kernelFunc((call: Call) => {
        const { x } = call.inputs;
        if (x.dtype !== 'float32') return stock(call);
        return tidy(() => withNaNOf(x, toTensor(stock(call))));
      }),
  });

/**
 * Kernels that lose NaN on GPUs. GLSL and WGSL let a driver assume that there is none, and the
 * exponentials and logarithms of Chromium's software driver return ±∞ or 89; this only relies on
 * tfjs's test for NaN, which examines bits.
 */
const ON_GPU = [
  ...[Elu, Selu, Sigmoid, Softplus, Relu6, Sign],
  ...[Exp, Expm1, Sinh, Cosh, Log, Log1p, Asinh, Acosh, Atanh],
];

/** Functions of one element that swallow NaN in tfjs. */
export const elementwise: readonly KernelReplacement[] = [
  ...[Sign].map(keeping('cpu')),
  ...[Sign].map(keeping('wasm')),
  ...ON_GPU.map(keeping('webgl')),
  ...ON_GPU.map(keeping('webgpu')),
];
