import {
  Conv2DBackpropFilter,
  backend_util,
  conv2d,
  matMul,
  reshape,
  slice,
  tidy,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Conv2DBackpropFilterAttrs, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { fail } from '../internal/check.js';
import { gatherPatches, patchElements } from './patches.js';
import { heapViews, kernelFunc, toTensor } from './wasm_backend.js';
import type { FloatPair, KernelCall, KernelReplacement, WasmBackend } from './wasm_backend.js';

type Conv2DInfo = backend_util.Conv2DInfo;
type Call = KernelCall<{ x: Tensor4D; dy: Tensor4D }, Conv2DBackpropFilterAttrs>;

/**
 * The gradient of a convolution in its filter, `dW[i,j,c,d] = Σ x[n, s·p+i, s·q+j, c] · dy[n,p,q,d]`.
 *
 * Stock wasm has none. It runs at about the speed of the forward pass (ratio 1.0 to 1.3 on the
 * layers of a DCGAN at batch 64).
 */
export const conv2DBackpropFilter: KernelReplacement = {
  kernelName: Conv2DBackpropFilter,
  make: () =>
    kernelFunc(({ inputs: { x, dy }, attrs, backend }: Call) => {
      if (attrs.dataFormat !== 'NHWC')
        fail('backend', 'Conv2DBackpropFilter', 'dataFormat', "'NHWC' on wasm", attrs.dataFormat);
      const conv = backend_util.computeConv2DInfo(
        x.shape,
        attrs.filterShape,
        attrs.strides,
        1,
        attrs.pad,
        attrs.dimRoundingMode,
      );
      return tidy(() =>
        prefersPatches(conv) ? byPatches(x, dy, conv, backend) : byConvolution(x, dy, conv),
      );
    }),
};

/**
 * The right operand of a product, like the filter of a convolution, is repacked at about 6 ns an
 * element, and both are as long as the batch has pixels: the narrower goes to the right. On one
 * image channel patches are often narrower than dy: 6.2 ms against 10.1 at [64,28,28,1]×[5,5,1,64]/2.
 */
function prefersPatches({
  inChannels,
  outChannels,
  filterHeight,
  filterWidth,
}: Conv2DInfo): boolean {
  return 2 * filterHeight * filterWidth * inChannels <= outChannels;
}

/** dWᵀ = dyᵀ · patches. */
function byPatches(x: Tensor4D, dy: Tensor4D, conv: Conv2DInfo, backend: WasmBackend): Tensor {
  const rows = conv.batchSize * conv.outHeight * conv.outWidth;
  const patches = toTensor<Tensor2D>(
    backend.makeOutput([rows, patchElements(conv) / rows], 'float32'),
  );
  const [image, patchRows] = heapViews<FloatPair>(backend, x, patches);
  gatherPatches(image, conv, patchRows);
  const gradient = matMul(transpose(reshape(dy, [rows, conv.outChannels])), patches);
  return reshape(transpose(gradient), conv.filterShape);
}

/**
 * One convolution whose image is x with its channels as batch, whose filter is dy, and whose
 * channels are the batch: [c,H,W,n] ∗ [p,q,n,d] → [c,i,j,d], dilated by the stride of the layer.
 */
function byConvolution(x: Tensor4D, dy: Tensor4D, conv: Conv2DInfo): Tensor {
  const rows = span(
    conv.inHeight,
    conv.padInfo.top,
    (conv.outHeight - 1) * conv.strideHeight + conv.filterHeight,
  );
  const columns = span(
    conv.inWidth,
    conv.padInfo.left,
    (conv.outWidth - 1) * conv.strideWidth + conv.filterWidth,
  );
  if (rows.size <= 0 || columns.size <= 0) return zeros(conv.filterShape); // only padding was seen
  const whole = rows.size === conv.inHeight && columns.size === conv.inWidth;
  const reached = whole
    ? x
    : slice(x, [0, rows.start, columns.start, 0], [-1, rows.size, columns.size, -1]);
  const gradient = conv2d(
    transpose(reached, [3, 1, 2, 0]),
    transpose(dy, [1, 2, 0, 3]),
    1,
    [[0, 0], rows.pad, columns.pad, [0, 0]],
    'NHWC',
    [conv.strideHeight, conv.strideWidth],
  );
  return transpose(gradient, [1, 2, 0, 3]);
}

/**
 * The part of an axis that filter positions reach, and its padding: strides may leave a rest, and a
 * 3-D convolution whose stride is longer than its filter has negative padding.
 */
function span(
  inSize: number,
  before: number,
  reach: number,
): { start: number; size: number; pad: [number, number] } {
  const start = Math.max(0, -before);
  const end = Math.min(inSize, reach - before);
  return {
    start,
    size: end - start,
    pad: [Math.max(0, before), Math.max(0, reach - before - inSize)],
  };
}
