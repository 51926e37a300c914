import { backend_util, util } from '@tensorflow/tfjs-core';
import type { Conv2DAttrs, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { convolutionKernels } from '../convolution_kernels.js';
import type { ConvolutionInputs } from '../convolution_kernels.js';
import type { KernelReplacement } from '../replacement.js';
import { addProduct } from './add_product.js';
import { valuesOf } from './cpu_backend.js';
import type { CPUBackend } from './cpu_backend.js';
import { forEachRun } from './runs.js';

/**
 * Convolutions on cpu, alone and with a bias and an activation, summed in float64. Stock cpu rounds each partial
 * sum to float32, and takes 1.5 to 3 times as long.
 */
export const cpuConvolutions: readonly KernelReplacement[] = convolutionKernels('cpu', convolution);

function convolution(
  backend: CPUBackend,
  { x, filter }: ConvolutionInputs,
  { strides, dilations, pad, dimRoundingMode }: Conv2DAttrs,
  bias?: Tensor,
): TensorInfo {
  const conv = backend_util.computeConv2DInfo(
    x.shape,
    filter.shape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  const { filterWidth, inChannels, outChannels, outShape } = conv;
  const images = { values: valuesOf(backend, x), step: 1 };
  const weights = { values: valuesOf(backend, filter), step: outChannels };
  const sums = new Float64Array(util.sizeFromShape(outShape));
  if (bias !== undefined) {
    const row = valuesOf(backend, bias);
    for (let at = 0; at < sums.length; at += outChannels) sums.set(row, at);
  }
  forEachRun(conv, (image, row, tap, taps, result) => {
    const weight = (row * filterWidth + tap) * inChannels * outChannels;
    addProduct(sums, result, outChannels, taps * inChannels, images, image, weights, weight);
  });
  return backend.makeTensorInfo(outShape, 'float32', new Float32Array(sums));
}
