import { Conv2DBackpropFilter, backend_util } from '@tensorflow/tfjs-core';
import type { Conv2DBackpropFilterAttrs, Tensor4D } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import { filterGradient } from './convolution/convolution.js';
import { simdOf } from './runtime/simd.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

type Call = WasmKernelCall<{ x: Tensor4D; dy: Tensor4D }, Conv2DBackpropFilterAttrs>;

/**
 * The gradient of a convolution in its filter, `dW[i,j,c,d] = Σ x[n, s·p+i, s·q+j, c] · dy[n,p,q,d]`.
 *
 * Stock wasm has none. It runs at the speed of the forward pass, which `npm run bench` measures.
 */
export const conv2DBackpropFilter: KernelReplacement = {
  kernelName: Conv2DBackpropFilter,
  make: () =>
    kernelFunc(({ inputs: { x, dy }, attrs, backend }: Call) => {
      const { filterShape, strides, pad, dimRoundingMode, dataFormat } = attrs;
      if (dataFormat !== 'NHWC')
        fail('backend', 'Conv2DBackpropFilter', 'dataFormat', "'NHWC' on wasm", dataFormat);
      const conv = backend_util.computeConv2DInfo(
        x.shape,
        filterShape,
        strides,
        1,
        pad,
        dimRoundingMode,
      );
      const simd = simdOf(backend);
      const gradient = backend.makeOutput(conv.filterShape, 'float32');
      filterGradient(simd, conv, {
        x: backend.getMemoryOffset(x.dataId),
        dy: backend.getMemoryOffset(dy.dataId),
        gradient: backend.getMemoryOffset(gradient.dataId),
      });
      return gradient;
    }),
};
