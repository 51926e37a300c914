import { Elu, Exp, Log, Relu6, Sigmoid, Sign, Softplus } from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { LOGARITHMS } from './runtime/logarithms.js';
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
  [Softplus]: 'softplus(x)',
};

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
          functions: `${IS_NAN}${/log|softplus/.test(formula) ? LOGARITHMS : ''}`,
          body: `
  var y = ${formula};
  if (isNaN(x)) { y = x; }`,
        });
        return y!;
      }),
  }),
);
