import {
  Conv2DBackpropFilter,
  add,
  backend_util,
  concat,
  conv2d,
  matMul,
  reshape,
  reverse,
  slice,
  tidy,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Conv2DBackpropFilterAttrs, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { fail } from '../internal/check.js';
import { gatherFilterRow, gatherPatches, patchElements } from './patches.js';
import { heapViews, kernelFunc, toTensor } from './wasm_backend.js';
import type { FloatPair, KernelCall, KernelReplacement, WasmBackend } from './wasm_backend.js';

type Conv2DInfo = backend_util.Conv2DInfo;
type Call = KernelCall<{ x: Tensor4D; dy: Tensor4D }, Conv2DBackpropFilterAttrs>;

/**
 * The gradient of a convolution in its filter, `dW[i,j,c,d] = Σ x[n, s·p+i, s·q+j, c] · dy[n,p,q,d]`.
 *
 * Stock wasm has none. It runs at about the speed of the forward pass, which `npm run bench` measures.
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
      return tidy(() => {
        if (prefersPatches(conv)) return byPatches(x, dy, conv, backend);
        if (prefersMirror(conv)) return byMirror(x, dy, conv, backend);
        return prefersConvolution(conv)
          ? byConvolution(x, dy, conv)
          : byFilterRows(x, dy, conv, backend);
      });
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

/** For many small images a convolution needs no gathering, and its result is as small as its filter. */
const prefersConvolution = ({ batchSize, outHeight, outWidth }: Conv2DInfo): boolean =>
  batchSize >= 16 && outHeight * outWidth <= 64;

/** No more elements than this are gathered at once, 16 MiB. */
const MOST_ELEMENTS = 2 ** 22;
/** No more terms than this are added up in float32 before their sum is added to others. */
const MOST_TERMS = 2 ** 14;

/**
 * dW[i] = patchesᵢᵀ · dy for each row i of the filter, patchesᵢ being what that row sees. They are
 * gathered transposed, from the transposed image, in which a row of the image is one run. Much of it is
 * done in parts, whose sums are added: they keep the digits that one long sum would lose.
 */
function byFilterRows(x: Tensor4D, dy: Tensor4D, conv: Conv2DInfo, backend: WasmBackend): Tensor {
  const { filterHeight, filterWidth, inChannels, outChannels, outWidth } = conv;
  const rows = conv.batchSize * conv.outHeight;
  const columns = filterWidth * inChannels;
  const terms = Math.min(MOST_TERMS, MOST_ELEMENTS / columns);
  const most = Math.max(1, Math.floor(terms / outWidth));
  const planes = transpose(x, [3, 0, 1, 2]);
  const slopes = reshape(dy, [rows, outWidth, outChannels]);
  const ofRows = (first: number, count: number): Tensor => {
    const part: Tensor2D = reshape(slice(slopes, first, count), [count * outWidth, outChannels]);
    const gradients = Array.from({ length: filterHeight }, (_, i) =>
      tidy(() => {
        const shape = [columns, count * outWidth];
        const patches = toTensor<Tensor2D>(backend.makeOutput(shape, 'float32'));
        const [from, to] = heapViews<FloatPair>(backend, planes, patches);
        gatherFilterRow(from, conv, { filterRow: i, first, count }, to);
        return matMul(patches, part);
      }),
    );
    return reshape(concat(gradients), [filterHeight, filterWidth, inChannels, outChannels]);
  };
  let gradient = tidy(() => ofRows(0, Math.min(most, rows)));
  for (let first = most; first < rows; first += most) {
    const before = gradient;
    gradient = tidy(() => add(before, ofRows(first, Math.min(most, rows - first))));
    before.dispose();
  }
  return gradient;
}

/** The right operand of a product is repacked, and x and dy are both long: the narrower one is gathered. */
const prefersMirror = ({ strideHeight, strideWidth, inChannels, outChannels }: Conv2DInfo) =>
  strideHeight === 1 && strideWidth === 1 && outChannels < inChannels;

/** With stride 1, x and dy change places if the filter is turned round. */
function byMirror(x: Tensor4D, dy: Tensor4D, conv: Conv2DInfo, backend: WasmBackend): Tensor {
  const mirrored: Conv2DInfo = {
    ...conv,
    inHeight: conv.outHeight,
    inWidth: conv.outWidth,
    inChannels: conv.outChannels,
    outHeight: conv.inHeight,
    outWidth: conv.inWidth,
    outChannels: conv.inChannels,
    padInfo: {
      ...conv.padInfo,
      top: conv.filterHeight - 1 - conv.padInfo.top,
      left: conv.filterWidth - 1 - conv.padInfo.left,
    },
  };
  const turned = byFilterRows(dy, x, mirrored, backend);
  return transpose(reverse(turned, [0, 1]), [0, 1, 3, 2]);
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
