import { Conv2D, FusedConv2D, add, tidy } from '@tensorflow/tfjs-core';
import type { Conv2DAttrs, FusedConv2DAttrs, Tensor } from '@tensorflow/tfjs-core';
import { activated } from '../activation.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { conv2DBackpropFilter, conv2DBackpropInput } from './conv2d_gradients.js';
import { convAttrs } from './conv_op.js';
import { infoOf } from './geometry.js';
import type { Fused, Geometry, Images } from './geometry.js';
import { OF_FLOATS } from './tensorflow_backend.js';
import type { TensorflowBackend, TensorflowCall } from './tensorflow_backend.js';
import { tiledConvolution } from './tiled_convolution.js';
import { convolveByTiles } from './winograd.js';

/*
 * The convolutions of libtensorflow and their gradients. Those of tfjs-node refuse padding by a
 * number of pixels, which every translation network has; the underlying ops support it.
 */

function convolve(backend: TensorflowBackend, { x, filter }: Images, attrs: Geometry): Tensor {
  const conv = tiledConvolution(backend, x.shape, filter.shape, attrs, 'forward');
  if (conv !== undefined) return convolveByTiles(backend, conv, x, filter, false);
  return backend.executeSingleOutput(
    'Conv2D',
    convAttrs(infoOf(x.shape, filter.shape, attrs, false), attrs),
    [x, filter],
  );
}

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

/** Plain convolution, also fused, and its two gradients. */
export const convolutionsOnTensorflow: readonly KernelReplacement[] = [
  conv2D,
  fusedConv2D,
  conv2DBackpropInput,
  conv2DBackpropFilter,
];
