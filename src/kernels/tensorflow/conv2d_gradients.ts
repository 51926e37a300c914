import {
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  pad as padWith,
  reverse,
  slice,
  tensor1d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import type {
  backend_util,
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropInputAttrs,
  Tensor,
  Tensor4D,
} from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { convAttrs } from './conv_op.js';
import { infoOf } from './geometry.js';
import type { Geometry, Shape4D } from './geometry.js';
import { paddingBehind } from './padding.js';
import type { Padding } from './padding.js';
import type { TensorflowBackend, TensorflowCall } from './tensorflow_backend.js';
import { tiledConvolution, tiledInputGradient } from './tiled_convolution.js';
import { convolveByTiles, filterGradientByTiles } from './winograd.js';

/*
 * The gradients of convolutions. libtensorflow 2.9's ops compute those with padding by a number of
 * pixels without oneDNN, image by image, and are slow with few channels either way.
 */

type Conv = backend_util.Conv2DInfo;

/** Bounds below which channels fill no vector of oneDNN, or leave most of one empty. */
const [FEW_INPUTS, FEW_OUTPUTS] = [16, 5];

export const conv2DBackpropInput: KernelReplacement = {
  kernelName: Conv2DBackpropInput,
  backendName: 'tensorflow',
  make: () =>
    kernelFunc(
      ({
        inputs: { dy, filter },
        attrs,
        backend,
      }: TensorflowCall<{ dy: Tensor4D; filter: Tensor4D }, Conv2DBackpropInputAttrs>) => {
        const { inputShape } = attrs;
        const tiled = tiledInputGradient(backend, inputShape, filter.shape, attrs);
        if (tiled !== undefined) return convolveByTiles(backend, tiled, dy, filter, true);
        const conv = infoOf(inputShape, filter.shape, attrs, false);
        const gradient = (shape: Shape4D, pad: Padding) =>
          backend.executeSingleOutput('Conv2DBackpropInput', convAttrs(conv, { ...attrs, pad }), [
            tensor1d(shape, 'int32'),
            filter,
            dy,
          ]);
        return tidy(() => {
          const isFramed =
            canFrame(backend, conv, attrs) && isOfSteps1(conv) && conv.inChannels >= FEW_INPUTS;
          if (!isFramed) return gradient(inputShape, attrs.pad);
          const [images, height, width, channels] = inputShape;
          const { before, after } = frameOf(conv);
          const shape: Shape4D = [
            images,
            before[0] + height + after[0],
            before[1] + width + after[1],
            channels,
          ];
          return slice(gradient(shape, 'valid'), [0, ...before, 0], inputShape);
        });
      },
    ),
};

export const conv2DBackpropFilter: KernelReplacement = {
  kernelName: Conv2DBackpropFilter,
  backendName: 'tensorflow',
  make: () =>
    kernelFunc(
      ({
        inputs: { x, dy },
        attrs,
        backend,
      }: TensorflowCall<{ x: Tensor4D; dy: Tensor4D }, Conv2DBackpropFilterAttrs>) => {
        const { filterShape } = attrs;
        const tiled = tiledConvolution(backend, x.shape, filterShape, attrs, 'filter');
        if (tiled !== undefined) return filterGradientByTiles(backend, tiled, x, dy);
        const conv = infoOf(x.shape, filterShape, attrs, false);
        const { inChannels, outChannels } = conv;
        const gradient = (x: Tensor, dy: Tensor, shape: Shape4D, pad: Padding) =>
          backend.executeSingleOutput('Conv2DBackpropFilter', convAttrs(conv, { ...attrs, pad }), [
            x,
            tensor1d(shape, 'int32'),
            dy,
          ]);
        return tidy(() => {
          const { before, after } = frameOf(conv);
          if (isByExchange(backend, conv, attrs)) {
            const { filterHeight, filterWidth } = conv;
            const full = framed(
              dy,
              [filterHeight - 1 - before[0], filterWidth - 1 - before[1]],
              [filterHeight - 1 - after[0], filterWidth - 1 - after[1]],
            );
            const shape: Shape4D = [filterHeight, filterWidth, outChannels, inChannels];
            return transpose(reverse(gradient(full, x, shape, 'valid'), [0, 1]), [0, 1, 3, 2]);
          }
          if (canFrame(backend, conv, attrs) && inChannels < FEW_INPUTS)
            return gradient(framed(x, before, after), dy, filterShape, 'valid');
          return gradient(x, dy, filterShape, attrs.pad);
        });
      },
    ),
};

/**
 * Tells whether to exchange the images and the slopes of the results: each element of dW is a sum over
 * both, so that dy can be the images, of few channels, and x the slopes of many results.
 */
function isByExchange(backend: TensorflowBackend, conv: Conv, { dataFormat }: Geometry): boolean {
  const { inChannels, outChannels, filterHeight, filterWidth } = conv;
  const { before, after } = frameOf(conv);
  const most = [filterHeight - 1, filterWidth - 1];
  return (
    !backend.isUsingGpuDevice &&
    (dataFormat ?? 'NHWC') === 'NHWC' &&
    isOfSteps1(conv) &&
    outChannels < FEW_OUTPUTS &&
    inChannels >= FEW_INPUTS &&
    [before, after].every((edges) => edges.every((edge, axis) => edge <= most[axis]!))
  );
}

/** Tells whether the images can contain padding by numbers; a gain on GPUs is not known. */
const canFrame = (
  backend: TensorflowBackend,
  conv: Conv,
  { pad, dataFormat = 'NHWC' }: Geometry,
): boolean =>
  !backend.isUsingGpuDevice &&
  dataFormat === 'NHWC' &&
  typeof pad !== 'string' &&
  conv.dilationHeight === 1 &&
  conv.dilationWidth === 1;

const isOfSteps1 = (conv: Conv): boolean =>
  [conv.strideHeight, conv.strideWidth, conv.dilationHeight, conv.dilationWidth].every(
    (step) => step === 1,
  );

type Edges = [ofHeight: number, ofWidth: number];

/** Returns the padding that windows reach. */
function frameOf(conv: Conv): { readonly before: Edges; readonly after: Edges } {
  const { padInfo, inHeight, outHeight, strideHeight, effectiveFilterHeight } = conv;
  const { inWidth, outWidth, strideWidth, effectiveFilterWidth } = conv;
  const { top, left } = padInfo;
  return {
    before: [top, left],
    after: [
      paddingBehind(inHeight, outHeight, strideHeight, effectiveFilterHeight, top),
      paddingBehind(inWidth, outWidth, strideWidth, effectiveFilterWidth, left),
    ],
  };
}

const framed = (x: Tensor, before: Edges, after: Edges): Tensor =>
  [...before, ...after].every((edge) => edge === 0)
    ? x
    : padWith(x, [
        [0, 0],
        [before[0], after[0]],
        [before[1], after[1]],
        [0, 0],
      ]);
