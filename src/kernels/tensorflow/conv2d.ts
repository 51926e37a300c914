import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  FusedConv2D,
  add,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import type {
  Conv2DAttrs,
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropInputAttrs,
  FusedConv2DAttrs,
  Tensor,
  Tensor4D,
} from '@tensorflow/tfjs-core';
import { activated } from '../activation.js';
import { kernelFunc } from '../wasm_backend.js';
import type { KernelReplacement } from '../wasm_backend.js';
import { infoOf } from './geometry.js';
import type { Fused, Geometry, Images, Shape4D } from './geometry.js';
import { paddingAttrs } from './padding.js';
import { OF_FLOATS, int, text } from './tensorflow_backend.js';
import type { OpAttr, TensorflowBackend, TensorflowCall } from './tensorflow_backend.js';

/*
 * The convolutions of libtensorflow and their gradients. Those of tfjs-node refuse padding by a number of
 * pixels, which every translation network has; the ops below them know it.
 */

/** What the three ops are told. */
function opAttrs(images: Shape4D, filter: Shape4D, geometry: Geometry): OpAttr[] {
  const { pad, dataFormat = 'NHWC' } = geometry;
  const conv = infoOf(images, filter, geometry, false);
  const each = (height: number, width: number) =>
    dataFormat === 'NHWC' ? [1, height, width, 1] : [1, 1, height, width];
  return [
    OF_FLOATS,
    int('strides', each(conv.strideHeight, conv.strideWidth)),
    ...paddingAttrs(pad, conv),
    text('data_format', dataFormat),
    int('dilations', each(conv.dilationHeight, conv.dilationWidth)),
  ];
}

const convolve = (backend: TensorflowBackend, { x, filter }: Images, attrs: Geometry): Tensor =>
  backend.executeSingleOutput('Conv2D', opAttrs(x.shape, filter.shape, attrs), [x, filter]);

const conv2D: KernelReplacement = {
  kernelName: Conv2D,
  backendName: 'tensorflow',
  make: () =>
    kernelFunc(({ inputs, attrs, backend }: TensorflowCall<Images, Conv2DAttrs>) =>
      convolve(backend, inputs, attrs),
    ),
};

const fusedConv2D: KernelReplacement = {
  kernelName: FusedConv2D,
  backendName: 'tensorflow',
  make: () =>
    kernelFunc(({ inputs, attrs, backend }: TensorflowCall<Fused, FusedConv2DAttrs>) =>
      tidy(() => {
        const { bias, preluActivationWeights } = inputs;
        const sums = convolve(backend, inputs, attrs);
        const biased = bias === undefined || bias === null ? sums : withBias(backend, sums, bias);
        return activated(biased, attrs, preluActivationWeights);
      }),
    ),
};

const withBias = (backend: TensorflowBackend, x: Tensor, bias: Tensor): Tensor =>
  bias.rank === 1 && bias.size === x.shape[3]
    ? backend.executeSingleOutput('BiasAdd', [OF_FLOATS], [x, bias])
    : add(x, bias);

const conv2DBackpropInput: KernelReplacement = {
  kernelName: Conv2DBackpropInput,
  backendName: 'tensorflow',
  make: () =>
    kernelFunc(
      ({
        inputs: { dy, filter },
        attrs,
        backend,
      }: TensorflowCall<{ dy: Tensor4D; filter: Tensor4D }, Conv2DBackpropInputAttrs>) =>
        tidy(() =>
          backend.executeSingleOutput(
            'Conv2DBackpropInput',
            opAttrs(attrs.inputShape, filter.shape, attrs),
            [tensor1d(attrs.inputShape, 'int32'), filter, dy],
          ),
        ),
    ),
};

const conv2DBackpropFilter: KernelReplacement = {
  kernelName: Conv2DBackpropFilter,
  backendName: 'tensorflow',
  make: () =>
    kernelFunc(
      ({
        inputs: { x, dy },
        attrs,
        backend,
      }: TensorflowCall<{ x: Tensor4D; dy: Tensor4D }, Conv2DBackpropFilterAttrs>) =>
        tidy(() =>
          backend.executeSingleOutput(
            'Conv2DBackpropFilter',
            opAttrs(x.shape, attrs.filterShape, attrs),
            [x, tensor1d(attrs.filterShape, 'int32'), dy],
          ),
        ),
    ),
};

/** Plain convolution, alone and fused, and its two gradients. */
export const convolutionsOnTensorflow: readonly KernelReplacement[] = [
  conv2D,
  fusedConv2D,
  conv2DBackpropInput,
  conv2DBackpropFilter,
];
