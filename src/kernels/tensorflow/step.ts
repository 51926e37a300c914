import { Step, mul, scalar, tidy } from '@tensorflow/tfjs-core';
import type { StepAttrs, Tensor } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { OF_FLOATS, float } from './tensorflow_backend.js';
import type { TensorflowCall } from './tensorflow_backend.js';

type Call = TensorflowCall<{ x: Tensor }, StepAttrs>;

/** A factor that makes the least float32 that is not flushed to 0, 2⁻¹²⁶, larger than 1. */
const LARGE = 2 ** 127;

/**
 * 1 where x > 0, α elsewhere, NaN where x is NaN, in two ops that pass over x without a branch: x · 2¹²⁷
 * clipped to [α, 1]. If α is not in [0, 1], x clipped to [1, 1] is 1, or NaN, and the gradient of LeakyReLU
 * multiplies it by α where x is not above 0.
 *
 * tfjs-node's kernel takes seven ops and an array of ones made in JavaScript. Clipping on a CPU keeps NaN,
 * as std::min and std::max return their first argument if either is NaN; on GPUs that is not known.
 */
export const stepOnTensorflow: KernelReplacement = {
  kernelName: Step,
  backendName: 'tensorflow',
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, attrs, backend } = call;
      const { x } = inputs;
      const { alpha } = attrs;
      if (x.dtype !== 'float32' || backend.isUsingGpuDevice) return stock(call);
      const clip = (x: Tensor, least: number) =>
        backend.executeSingleOutput('ClipByValue', [OF_FLOATS], [x, scalar(least), scalar(1)]);
      return tidy(() => {
        if (alpha === 1) return clip(x, 1);
        if (alpha >= 0 && alpha < 1) return clip(mul(x, LARGE), alpha);
        return backend.executeSingleOutput(
          'LeakyReluGrad',
          [OF_FLOATS, float('alpha', alpha)],
          [clip(x, 1), x],
        );
      });
    }),
};
