import { Conv2DBackpropFilter, backend_util, util } from '@tensorflow/tfjs-core';
import type { Conv2DBackpropFilterAttrs, Tensor4D } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { addProduct } from './add_product.js';
import { valuesOf } from './cpu_backend.js';
import type { CPUKernelCall } from './cpu_backend.js';

type Call = CPUKernelCall<{ x: Tensor4D; dy: Tensor4D }, Conv2DBackpropFilterAttrs>;

/**
 * `dW[i,j,c,d] = Σ x[n, s·p+i, s·q+j, c] · dy[n,p,q,d]` on cpu, summed in float64 as stock cpu does, which
 * fetches each factor by a call and takes 50 to 150 times as long.
 */
export const cpuConv2DBackpropFilter: KernelReplacement = {
  kernelName: Conv2DBackpropFilter,
  backendName: 'cpu',
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, attrs, backend } = call;
      const { x, dy } = inputs;
      const { filterShape, strides, pad, dimRoundingMode, dataFormat } = attrs;
      if (dataFormat !== 'NHWC') return stock(call);
      const conv = backend_util.computeConv2DInfo(
        x.shape,
        filterShape,
        strides,
        1,
        pad,
        dimRoundingMode,
      );
      const { inChannels, outChannels, strideWidth } = conv;
      const pixels = { values: valuesOf(backend, x), step: strideWidth * inChannels };
      const results = { values: valuesOf(backend, dy), step: outChannels };
      const sums = new Float64Array(util.sizeFromShape(filterShape));
      forEachRow(conv, (image, tap, result, count) => {
        for (let c = 0; c < inChannels; c++) {
          const at = (tap * inChannels + c) * outChannels;
          addProduct(sums, at, outChannels, count, pixels, image + c, results, result);
        }
      });
      return backend.makeTensorInfo(filterShape, 'float32', new Float32Array(sums));
    }),
};

/**
 * Visits every row of results with every tap of the filter: the results for which the tap lies inside
 * the image, by the offset of the first one's pixel, the tap, the offset of the first one, and their
 * number.
 */
function forEachRow(
  conv: backend_util.Conv2DInfo,
  visit: (image: number, tap: number, result: number, count: number) => void,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = conv;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = conv;
  for (let n = 0; n < batchSize; n++)
    for (let i = 0; i < filterHeight; i++)
      for (let j = 0; j < filterWidth; j++) {
        const first = Math.max(0, Math.ceil((padInfo.left - j) / strideWidth));
        const end = Math.min(outWidth, Math.ceil((inWidth + padInfo.left - j) / strideWidth));
        if (first >= end) continue;
        const w = first * strideWidth + j - padInfo.left;
        for (let p = 0; p < outHeight; p++) {
          const h = p * strideHeight + i - padInfo.top;
          if (h < 0 || h >= inHeight) continue;
          const image = ((n * inHeight + h) * inWidth + w) * inChannels;
          const result = ((n * outHeight + p) * outWidth + first) * outChannels;
          visit(image, i * filterWidth + j, result, end - first);
        }
      }
}
