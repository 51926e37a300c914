import {
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  FusedDepthwiseConv2D,
  add,
  pad,
  reshape,
  slice,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import type {
  backend_util,
  DepthwiseConv2dNativeAttrs,
  DepthwiseConv2dNativeBackpropFilterAttrs,
  DepthwiseConv2dNativeBackpropInputAttrs,
  FusedDepthwiseConv2DAttrs,
  Tensor,
  Tensor4D,
} from '@tensorflow/tfjs-core';
import { activated } from '../activation.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { infoOf } from './geometry.js';
import type { Fused, Geometry, Images } from './geometry.js';
import { paddingAttrs } from './padding.js';
import type { Padding } from './padding.js';
import { OF_FLOATS, int } from './tensorflow_backend.js';
import type { OpAttr, TensorflowBackend, TensorflowCall } from './tensorflow_backend.js';

/*
 * The depthwise convolutions of libtensorflow and their gradients. Those of tfjs-node refuse padding
 * by a number of pixels too.
 */

const opAttrs = (conv: backend_util.Conv2DInfo, pad: Padding): OpAttr[] => [
  OF_FLOATS,
  int('strides', [1, conv.strideHeight, conv.strideWidth, 1]),
  ...paddingAttrs(pad, conv),
];

function convolve(backend: TensorflowBackend, { x, filter }: Images, attrs: Geometry): Tensor {
  const conv = infoOf(x.shape, filter.shape, attrs, true);
  return tidy(() =>
    backend.executeSingleOutput('DepthwiseConv2dNative', opAttrs(conv, attrs.pad), [
      x,
      spread(filter, conv.dilationHeight, conv.dilationWidth),
    ]),
  );
}

/** Spreads a filter by zeros between its taps: libtensorflow supports dilations only with oneDNN. */
function spread(filter: Tensor4D, down: number, across: number): Tensor {
  if (down === 1 && across === 1) return filter;
  const [height, width, channels, multiplier] = filter.shape;
  const taps = reshape(filter, [height, 1, width, 1, channels * multiplier]);
  const apart = pad(taps, [
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, across - 1],
    [0, 0],
  ]);
  return slice(
    reshape(apart, [height * down, width * across, channels, multiplier]),
    [0, 0, 0, 0],
    [(height - 1) * down + 1, (width - 1) * across + 1, channels, multiplier],
  );
}

const depthwise: KernelReplacement = {
  kernelName: DepthwiseConv2dNative,
  backendName: 'tensorflow',
  make: () =>
    kernelFunc(({ inputs, attrs, backend }: TensorflowCall<Images, DepthwiseConv2dNativeAttrs>) =>
      convolve(backend, inputs, attrs),
    ),
};

const fusedDepthwise: KernelReplacement = {
  kernelName: FusedDepthwiseConv2D,
  backendName: 'tensorflow',
  make: () =>
    kernelFunc(({ inputs, attrs, backend }: TensorflowCall<Fused, FusedDepthwiseConv2DAttrs>) =>
      tidy(() => {
        const { bias, preluActivationWeights } = inputs;
        const sums = convolve(backend, inputs, attrs);
        const biased = bias === undefined || bias === null ? sums : add(sums, bias);
        return activated(biased, attrs, preluActivationWeights);
      }),
    ),
};

const backpropInput: KernelReplacement = {
  kernelName: DepthwiseConv2dNativeBackpropInput,
  backendName: 'tensorflow',
  make: () =>
    kernelFunc(
      ({
        inputs: { dy, filter },
        attrs,
        backend,
      }: TensorflowCall<
        { dy: Tensor4D; filter: Tensor4D },
        DepthwiseConv2dNativeBackpropInputAttrs
      >) =>
        tidy(() =>
          backend.executeSingleOutput(
            'DepthwiseConv2dNativeBackpropInput',
            opAttrs(infoOf(attrs.inputShape, filter.shape, attrs, true), attrs.pad),
            [tensor1d(attrs.inputShape, 'int32'), filter, dy],
          ),
        ),
    ),
};

const backpropFilter: KernelReplacement = {
  kernelName: DepthwiseConv2dNativeBackpropFilter,
  backendName: 'tensorflow',
  make: () =>
    kernelFunc(
      ({
        inputs: { x, dy },
        attrs,
        backend,
      }: TensorflowCall<{ x: Tensor4D; dy: Tensor4D }, DepthwiseConv2dNativeBackpropFilterAttrs>) =>
        tidy(() =>
          backend.executeSingleOutput(
            'DepthwiseConv2dNativeBackpropFilter',
            opAttrs(infoOf(x.shape, attrs.filterShape, attrs, true), attrs.pad),
            [x, tensor1d(attrs.filterShape, 'int32'), dy],
          ),
        ),
    ),
};

/** Depthwise convolution, also fused, and its two gradients. */
export const depthwiseOnTensorflow: readonly KernelReplacement[] = [
  depthwise,
  fusedDepthwise,
  backpropInput,
  backpropFilter,
];
