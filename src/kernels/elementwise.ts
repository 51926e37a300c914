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
import { kernelFunc, toTensor } from './wasm/runtime/wasm_backend.js';
import type { KernelBackend, KernelCall, KernelReplacement } from './wasm/runtime/wasm_backend.js';

type Call = KernelCall<{ x: Tensor }>;

/** A function of one element by tfjs's kernel, but NaN where x is. */
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
 * What loses NaN on GPUs. GLSL and WGSL let a driver assume that there is none, and the exponentials and
 * logarithms of Chromium's software driver answer with ±∞ or 89; that tfjs's test for NaN, which looks
 * at bits, tells it from numbers is all that is needed here.
 */
const ON_GPU = [
  ...[Elu, Selu, Sigmoid, Softplus, Relu6, Sign],
  ...[Exp, Expm1, Sinh, Cosh, Log, Log1p, Asinh, Acosh, Atanh],
];

/** Functions of one element that tfjs lets swallow NaN. */
export const elementwise: readonly KernelReplacement[] = [
  ...[Sign].map(keeping('cpu')),
  ...[Sign].map(keeping('wasm')),
  ...ON_GPU.map(keeping('webgl')),
  ...ON_GPU.map(keeping('webgpu')),
];
