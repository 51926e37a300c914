import type { TensorInfo } from '@tensorflow/tfjs-core';
import { CROSS_ENTROPY, CROSS_ENTROPY_GRAD } from '../cross_entropy.js';
import type { CrossEntropyAttrs } from '../cross_entropy.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { LOGARITHMS } from './runtime/logarithms.js';
import { IS_NAN } from './runtime/not_a_number.js';
import { runElementwise } from './runtime/run_elementwise.js';
import type { WebGPUKernelCall } from './runtime/webgpu_backend.js';

/** Cross-entropies of logits in one dispatch. */
export const crossEntropyOnWebGPU: KernelReplacement = {
  kernelName: CROSS_ENTROPY,
  backendName: 'webgpu',
  make: () =>
    kernelFunc<WebGPUKernelCall<{ x: TensorInfo }, CrossEntropyAttrs>>((call) => {
      const { inputs, attrs, backend } = call;
      const { x } = inputs;
      const [y] = runElementwise(backend, {
        name: CROSS_ENTROPY,
        inputs: { x },
        numbers: { label: attrs.label, rest: 1 - attrs.label },
        outputs: ['y'],
        shape: x.shape,
        functions: `${IS_NAN}${LOGARITHMS}`,
        body: `
  var y = numbers.label * softplus(-x) + numbers.rest * softplus(x);
  if (isNaN(x)) { y = x; }`,
      });
      return y!;
    }),
};

/** The gradient of their mean in one dispatch. */
export const crossEntropyGradOnWebGPU: KernelReplacement = {
  kernelName: CROSS_ENTROPY_GRAD,
  backendName: 'webgpu',
  make: () =>
    kernelFunc<WebGPUKernelCall<Record<'dy' | 'x', TensorInfo>, CrossEntropyAttrs>>((call) => {
      const { inputs, attrs, backend } = call;
      const { dy, x } = inputs;
      const count = x.shape.reduce((size, axis) => size * axis, 1);
      const [dx] = runElementwise(backend, {
        name: CROSS_ENTROPY_GRAD,
        inputs: { dy, x },
        readings: { dy: 'one' },
        numbers: { label: attrs.label, rest: 1 - attrs.label, count },
        outputs: ['dx'],
        shape: x.shape,
        functions: IS_NAN,
        body: `
  let slope = numbers.rest / (1.0 + exp(-x)) - numbers.label / (1.0 + exp(x));
  var dx = dy / numbers.count * slope;
  if (isNaN(x)) { dx = x; }`,
      });
      return dx!;
    }),
};
