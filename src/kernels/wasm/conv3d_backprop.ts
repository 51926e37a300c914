import {
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  Conv3DBackpropFilterV2,
  Conv3DBackpropInputV2,
  backend_util,
  engine,
  reshape,
  slice,
  stack,
  tidy,
} from '@tensorflow/tfjs-core';
import type {
  Conv3DBackpropFilterV2Attrs,
  Conv3DBackpropInputV2Attrs,
  NamedAttrMap,
  NamedTensorMap,
  Tensor,
  Tensor5D,
} from '@tensorflow/tfjs-core';
import { kernelFunc, toTensor } from '../replacement.js';
import { heapViews } from './runtime/wasm_backend.js';
import type { KernelReplacement } from '../replacement.js';
import type { FloatPair, WasmKernelCall, WasmBackend } from './runtime/wasm_backend.js';

type InputCall = WasmKernelCall<{ dy: Tensor5D; filter: Tensor5D }, Conv3DBackpropInputV2Attrs>;
type FilterCall = WasmKernelCall<{ x: Tensor5D; dy: Tensor5D }, Conv3DBackpropFilterV2Attrs>;

/**
 * The input gradient of a 3-D convolution: for each tap in depth, the 2-D gradient of all planes at
 * once, added to the planes that the tap reaches. Stock wasm's is wrong.
 */
export const conv3DBackpropInput: KernelReplacement = {
  kernelName: Conv3DBackpropInputV2,
  make: () =>
    kernelFunc(({ inputs: { dy, filter }, attrs, backend }: InputCall) =>
      tidy(() => {
        const conv = backend_util.computeConv3DInfo(
          attrs.inputShape,
          filter.shape,
          attrs.strides,
          1,
          attrs.pad,
        );
        const dx = toTensor<Tensor5D>(backend.makeOutput(conv.inShape, 'float32'));
        heapViews<[Float32Array]>(backend, dx)[0].fill(0);
        const inputShape = [conv.batchSize * conv.outDepth, ...conv.inShape.slice(2)];
        for (let tap = 0; tap < conv.filterDepth; tap++)
          tidy(() => {
            const inputs = { dy: planes(dy), filter: filterPlane(filter, tap) };
            const part = run(Conv2DBackpropInput, inputs, {
              ...planar(conv),
              inputShape,
            });
            const [from, to] = heapViews<FloatPair>(backend, part, dx);
            forEachPlane(conv, tap, (plane, position, size) => {
              for (let i = 0; i < size; i++) to[position * size + i]! += from[plane * size + i]!;
            });
          });
        return dx;
      }),
    ),
};

/**
 * The filter gradient of a 3-D convolution: for each tap in depth, the 2-D gradient over the planes
 * that it sees. Stock wasm's runs in scalar code.
 */
export const conv3DBackpropFilter: KernelReplacement = {
  kernelName: Conv3DBackpropFilterV2,
  make: () =>
    kernelFunc(({ inputs: { x, dy }, attrs, backend }: FilterCall) =>
      tidy(() => {
        const { filterShape, strides, pad } = attrs;
        const conv = backend_util.computeConv3DInfo(x.shape, filterShape, strides, 1, pad);
        const gradients = Array.from({ length: conv.filterDepth }, (_, tap) => {
          const inputs = { x: planesSeenBy(tap, x, conv, backend), dy: planes(dy) };
          const planeShape = filterShape.slice(1);
          return run(Conv2DBackpropFilter, inputs, {
            ...planar(conv),
            filterShape: planeShape,
          });
        });
        return stack(gradients);
      }),
    ),
};

const run = (kernelName: string, inputs: NamedTensorMap, attrs: object): Tensor =>
  engine().runKernel(kernelName, inputs, attrs as NamedAttrMap);

/** Attributes of the convolution of one plane. Padding is explicit because tfjs's 'same' differs between 2-D and 3-D. */
const planar = ({ strideHeight, strideWidth, padInfo }: backend_util.Conv3DInfo) => ({
  strides: [strideHeight, strideWidth],
  pad: [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ],
  dataFormat: 'NHWC',
});

/** Joins batch and depth to one axis. */
function planes(x: Tensor5D): Tensor {
  const [batch, depth, ...plane] = x.shape;
  return reshape(x, [batch * depth, ...plane]);
}

function filterPlane(filter: Tensor5D, tap: number): Tensor {
  return reshape(slice(filter, [tap, 0, 0, 0, 0], [1, -1, -1, -1, -1]), filter.shape.slice(1));
}

/** Copies the input plane that `tap` multiplies for each output plane; zeros for one in the padding. */
function planesSeenBy(
  tap: number,
  x: Tensor5D,
  conv: backend_util.Conv3DInfo,
  backend: WasmBackend,
): Tensor {
  const seen = backend.makeOutput(
    [conv.batchSize * conv.outDepth, ...conv.inShape.slice(2)],
    'float32',
  );
  const [from, to] = heapViews<FloatPair>(backend, x, seen);
  to.fill(0);
  forEachPlane(conv, tap, (plane, position, size) => {
    to.set(from.subarray(position * size, (position + 1) * size), plane * size);
  });
  return toTensor(seen);
}

/** Visits each output plane for which `tap` lies inside the input, with the input plane it meets. */
function forEachPlane(
  conv: backend_util.Conv3DInfo,
  tap: number,
  visit: (plane: number, position: number, size: number) => void,
): void {
  const size = conv.inHeight * conv.inWidth * conv.inChannels;
  for (let n = 0; n < conv.batchSize; n++)
    for (let od = 0; od < conv.outDepth; od++) {
      const d = od * conv.strideDepth - conv.padInfo.front + tap;
      if (d >= 0 && d < conv.inDepth) visit(n * conv.outDepth + od, n * conv.inDepth + d, size);
    }
}
