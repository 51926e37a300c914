import {
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  backend_util,
} from '@tensorflow/tfjs-core';
import type {
  DepthwiseConv2dNativeBackpropFilterAttrs,
  DepthwiseConv2dNativeBackpropInputAttrs,
  Tensor4D,
} from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import { heapViews } from './runtime/wasm_backend.js';
import type { KernelReplacement } from '../replacement.js';
import type { FloatTriple, WasmKernelCall } from './runtime/wasm_backend.js';

type InputCall = WasmKernelCall<
  { dy: Tensor4D; filter: Tensor4D },
  DepthwiseConv2dNativeBackpropInputAttrs
>;
type FilterCall = WasmKernelCall<
  { x: Tensor4D; dy: Tensor4D },
  DepthwiseConv2dNativeBackpropFilterAttrs
>;

/**
 * `dx[n, s·p+i, s·q+j, c] = Σ dy[n,p,q,c·M+m] · W[i,j,c,m]`. Stock wasm has none.
 */
export const depthwiseBackpropInput: KernelReplacement = {
  kernelName: DepthwiseConv2dNativeBackpropInput,
  make: () =>
    kernelFunc(({ inputs: { dy, filter }, attrs, backend }: InputCall) => {
      const conv = geometry(attrs.inputShape, filter.shape, attrs);
      const dx = backend.makeOutput(conv.inShape, 'float32');
      const [outer, weights, inner] = heapViews<FloatTriple>(backend, dy, filter, dx);
      const { inChannels, outChannels } = conv;
      const multiplier = outChannels / inChannels;
      inner.fill(0);
      forEachTap(conv, (at, tap, from) => {
        for (let c = 0; c < inChannels; c++) {
          let sum = 0;
          for (let m = c * multiplier; m < (c + 1) * multiplier; m++)
            sum += outer[from + m]! * weights[tap + m]!;
          inner[at + c]! += sum;
        }
      });
      return dx;
    }),
};

/**
 * `dW[i,j,c,m] = Σ x[n, s·p+i, s·q+j, c] · dy[n,p,q,c·M+m]`. Stock wasm has none.
 */
export const depthwiseBackpropFilter: KernelReplacement = {
  kernelName: DepthwiseConv2dNativeBackpropFilter,
  make: () =>
    kernelFunc(({ inputs: { x, dy }, attrs, backend }: FilterCall) => {
      const conv = geometry(x.shape, attrs.filterShape, attrs);
      const gradient = backend.makeOutput(conv.filterShape, 'float32');
      const [inner, outer, result] = heapViews<FloatTriple>(backend, x, dy, gradient);
      const { inChannels, outChannels } = conv;
      const multiplier = outChannels / inChannels;
      const sums = new Float64Array(result.length);
      forEachTap(conv, (at, tap, from) => {
        for (let c = 0; c < inChannels; c++) {
          const value = inner[at + c]!;
          for (let m = c * multiplier; m < (c + 1) * multiplier; m++)
            sums[tap + m]! += value * outer[from + m]!;
        }
      });
      result.set(sums);
      return gradient;
    }),
};

function geometry(
  inputShape: [number, number, number, number],
  filterShape: [number, number, number, number],
  {
    strides,
    dilations,
    pad,
    dimRoundingMode,
  }: Pick<
    DepthwiseConv2dNativeBackpropFilterAttrs,
    'strides' | 'dilations' | 'pad' | 'dimRoundingMode'
  >,
): backend_util.Conv2DInfo {
  return backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
}

/** Visits each pair of an output pixel and a filter tap inside the image, by the offsets of their first channels. */
function forEachTap(
  conv: backend_util.Conv2DInfo,
  visit: (image: number, tap: number, out: number) => void,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = conv;
  const { filterHeight, filterWidth, dilationHeight, dilationWidth, padInfo } = conv;
  let out = 0;
  for (let n = 0; n < batchSize; n++)
    for (let oh = 0; oh < outHeight; oh++)
      for (let ow = 0; ow < outWidth; ow++, out += outChannels)
        for (let kh = 0; kh < filterHeight; kh++) {
          const h = oh * conv.strideHeight - padInfo.top + kh * dilationHeight;
          if (h < 0 || h >= inHeight) continue;
          for (let kw = 0; kw < filterWidth; kw++) {
            const w = ow * conv.strideWidth - padInfo.left + kw * dilationWidth;
            if (w < 0 || w >= inWidth) continue;
            const image = ((n * inHeight + h) * inWidth + w) * inChannels;
            visit(image, (kh * filterWidth + kw) * outChannels, out);
          }
        }
}
