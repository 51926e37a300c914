import { Elu, Exp, Log, Relu6, Sigmoid, Sign, Softplus } from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { IS_NAN } from './runtime/not_a_number.js';
import { runElementwise } from './runtime/run_elementwise.js';
import type { WebGPUKernelCall } from './runtime/webgpu_backend.js';

type Call = WebGPUKernelCall<{ x: TensorInfo }>;

/** WGSL expressions of x, a number. */
const FORMULAS: Readonly<Record<string, string>> = {
  [Elu]: 'select(exp(x) - 1.0, x, x >= 0.0)',
  [Exp]: 'exp(x)',
  [Log]: 'logarithm(x)',
  [Relu6]: 'clamp(x, 0.0, 6.0)',
  [Sigmoid]: '1.0 / (1.0 + exp(-x))',
  [Sign]: 'sign(x)',
  [Softplus]: 'max(x, 0.0) + log1p(exp(-abs(x)))',
};

/**
 * WGSL functions. log(1 + u) for 0 ≤ u ≤ 1 is 2 artanh(u/(2 + u)), as drivers may be wrong by 5e-7 near log 1. Drivers
 * also differ in the logarithms of 0 and of negative numbers: −∞ and NaN come from a number that no compiler knows.
 */
const LOGARITHMS = `
fn log1p(u: f32) -> f32 {
  let s = u / (2.0 + u);
  let q = s * s;
  let tail = q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q / 15.0)));
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + tail))));
}
fn logarithm(x: f32) -> f32 {
  let nothing = numbers.size >> 31u;
  if (x > 0.0) { return log(x); }
  return bitcast<f32>(nothing + select(0x7fc00000u, 0xff800000u, x == 0.0));
}`;

/** Functions of one element in one dispatch, NaN where x is NaN. */
export const elementwiseOnWebGPU: readonly KernelReplacement[] = Object.entries(FORMULAS).map(
  ([kernelName, formula]) => ({
    kernelName,
    backendName: 'webgpu',
    make: (stock) =>
      kernelFunc((call: Call) => {
        const { inputs, backend } = call;
        const { x } = inputs;
        if (x.dtype !== 'float32') return stock(call);
        const [y] = runElementwise(backend, {
          name: kernelName,
          inputs: { x },
          outputs: ['y'],
          shape: x.shape,
          functions: `${IS_NAN}${formula.includes('log') ? LOGARITHMS : ''}`,
          body: `
  var y = ${formula};
  if (isNaN(x)) { y = x; }`,
        });
        return y!;
      }),
  }),
);
