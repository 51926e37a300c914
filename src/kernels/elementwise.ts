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
const ON_GPU = [Selu, Expm1, Sinh, Cosh, Log1p, Asinh, Acosh, Atanh];
/** Those of them that have a shader of ours on webgpu. */
const ON_WEBGL = [Elu, Exp, Log, Relu6, Sigmoid, Sign, Softplus];

/** Functions of one element that swallow NaN in tfjs. */
export const elementwise: readonly KernelReplacement[] = [
  ...[Sign].map(keeping('cpu')),
  ...[Sign].map(keeping('wasm')),
  ...[...ON_GPU, ...ON_WEBGL].map(keeping('webgl')),
  ...ON_GPU.map(keeping('webgpu')),
];
