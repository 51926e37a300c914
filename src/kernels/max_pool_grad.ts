import { MaxPoolGrad, backend_util } from '@tensorflow/tfjs-core';
import type { MaxPoolGradAttrs, Tensor4D } from '@tensorflow/tfjs-core';
import { heapViews, kernelFunc } from './wasm_backend.js';
import type { KernelCall, KernelReplacement } from './wasm_backend.js';

type Call = KernelCall<{ dy: Tensor4D; input: Tensor4D; output: Tensor4D }, MaxPoolGradAttrs>;

/**
 * The gradient of max pooling: each dy goes to the first largest element of its window. Stock wasm
 * takes zero for the least maximum, and so drops the gradient of windows that are negative throughout.
 */
export const maxPoolGrad: KernelReplacement = {
  kernelName: MaxPoolGrad,
  make: () =>
    kernelFunc(({ inputs: { dy, input }, attrs, backend }: Call) => {
      const { filterSize, strides, pad, dimRoundingMode } = attrs;
      const pool = backend_util.computePool2DInfo(
        input.shape,
        filterSize,
        strides,
        1,
        pad,
        dimRoundingMode,
      );
      const dx = backend.makeOutput(input.shape, 'float32');
      const [values, outer, inner] = heapViews<[Float32Array, Float32Array, Float32Array]>(
        backend,
        input,
        dy,
        dx,
      );
      inner.fill(0);
      forEachMaximum(values, pool, (at, out) => (inner[at]! += outer[out]!));
      return dx;
    }),
};

/** Visits each output element with the place of the maximum that it took. */
function forEachMaximum(
  values: Float32Array,
  pool: backend_util.Conv2DInfo,
  visit: (at: number, out: number) => void,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = pool;
  let out = 0;
  for (let n = 0; n < batchSize; n++)
    for (let oh = 0; oh < outHeight; oh++) {
      const top = oh * pool.strideHeight - padInfo.top;
      const bottom = Math.min(inHeight, top + pool.filterHeight);
      for (let ow = 0; ow < outWidth; ow++) {
        const left = ow * pool.strideWidth - padInfo.left;
        const right = Math.min(inWidth, left + pool.filterWidth);
        for (let c = 0; c < inChannels; c++, out++) {
          let maximum = -Infinity;
          let place = -1;
          for (let h = Math.max(0, top); h < bottom; h++)
            for (let w = Math.max(0, left); w < right; w++) {
              const at = ((n * inHeight + h) * inWidth + w) * inChannels + c;
              const value = values[at]!;
              if (place >= 0 && value <= maximum) continue;
              maximum = value;
              place = at;
            }
          if (place >= 0) visit(place, out);
        }
      }
    }
}
