import { Step, scalar, tidy } from '@tensorflow/tfjs-core';
import type { StepAttrs, Tensor } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../wasm_backend.js';
import type { KernelReplacement } from '../wasm_backend.js';
import { OF_FLOATS, float } from './tensorflow_backend.js';
import type { TensorflowCall } from './tensorflow_backend.js';

type Call = TensorflowCall<{ x: Tensor }, StepAttrs>;

/**
 * 1 where x > 0, α elsewhere, NaN where x is NaN, in two ops: x clipped to [1, 1] is 1, or NaN, and the
 * gradient of LeakyReLU multiplies it by α where x is not above 0.
 *
 * That of tfjs-node takes seven ops and an array of ones made in JavaScript. Clipping on a CPU keeps NaN, as
 * std::min and std::max return their first argument if either is NaN; on GPUs that is not known.
 */
export const stepOnTensorflow: KernelReplacement = {
  kernelName: Step,
  backendName: 'tensorflow',
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, attrs, backend } = call;
      const { x } = inputs;
      if (x.dtype !== 'float32' || backend.isUsingGpuDevice) return stock(call);
      return tidy(() => {
        const one = scalar(1);
        const ones = backend.executeSingleOutput('ClipByValue', [OF_FLOATS], [x, one, one]);
        if (attrs.alpha === 1) return ones;
        const slope = [OF_FLOATS, float('alpha', attrs.alpha)];
        return backend.executeSingleOutput('LeakyReluGrad', slope, [ones, x]);
      });
    }),
};
