import { Softmax, max, mul, step, tidy } from '@tensorflow/tfjs-core';
import type { SoftmaxAttrs, Tensor } from '@tensorflow/tfjs-core';
import { kernelFunc, toTensor } from '../replacement.js';
import type { KernelCall, KernelReplacement } from '../replacement.js';

type Call = KernelCall<{ logits: Tensor }, SoftmaxAttrs>;

/** tfjs's softmax on webgpu, but NaN if the largest logit is NaN: its exponentials may not be. */
export const softmax: KernelReplacement = {
  kernelName: Softmax,
  backendName: 'webgpu',
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, attrs } = call;
      return tidy(() => {
        const oneOrNaN = step(max(inputs.logits, attrs.dim, true), 1);
        return mul(toTensor(stock(call)), oneOrNaN);
      });
    }),
};
