import { ClipByValue, maximum, minimum, tidy } from '@tensorflow/tfjs-core';
import type { ClipByValueAttrs, Tensor } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelCall, KernelReplacement } from '../replacement.js';

type Call = KernelCall<{ x: Tensor }, ClipByValueAttrs>;

/** min(max(x, low), high) on webgl, where stock does not clip four numbers if one is NaN. */
export const clipOnWebGL: KernelReplacement = {
  kernelName: ClipByValue,
  backendName: 'webgl',
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, attrs } = call;
      const { clipValueMin, clipValueMax } = attrs;
      if (inputs.x.dtype !== 'float32') return stock(call);
      return tidy(() => minimum(maximum(inputs.x, clipValueMin), clipValueMax));
    }),
};
