import { EluGrad, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { withNaNOf } from '../not_a_number.js';
import { kernelFunc, toTensor } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import type { TensorflowCall } from './tensorflow_backend.js';

/** The gradient of elu; libtensorflow takes NaN for a number above zero, with slope 1. */
export const eluGradOnTensorflow: KernelReplacement = {
  kernelName: EluGrad,
  backendName: 'tensorflow',
  make: (stock) =>
    kernelFunc((call: TensorflowCall<{ dy: Tensor; y: Tensor }>) =>
      tidy(() => withNaNOf(call.inputs.y, toTensor(stock(call)))),
    ),
};
