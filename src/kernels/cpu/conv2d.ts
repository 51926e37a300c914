import { Conv2D, FusedConv2D, backend_util, util } from '@tensorflow/tfjs-core';
import type {
  Conv2DAttrs,
  FusedConv2DAttrs,
  Tensor,
  Tensor4D,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { activate } from '../activation.js';
import { kernelFunc } from '../wasm/runtime/wasm_backend.js';
import type { KernelReplacement } from '../wasm/runtime/wasm_backend.js';
import { addProduct } from './add_product.js';
import { valuesOf } from './cpu_backend.js';
import type { CPUBackend, CPUKernelCall } from './cpu_backend.js';
import { forEachRun } from './runs.js';

interface Inputs {
  readonly x: Tensor4D;
  readonly filter: Tensor4D;
}
type Call = CPUKernelCall<Inputs, Conv2DAttrs>;
type FusedCall = CPUKernelCall<
  Inputs & { readonly bias?: Tensor; readonly preluActivationWeights?: Tensor },
  FusedConv2DAttrs
>;

/**
 * `y[n,p,q,d] = Σ x[n, s·p+i, s·q+j, c] · W[i,j,c,d]` on cpu, summed in float64. Stock cpu rounds each
 * partial sum to float32, and takes 1.5 to 3 times as long.
 */
export const cpuConv2D: KernelReplacement = {
  kernelName: Conv2D,
  backendName: 'cpu',
  make: (stock) =>
    kernelFunc((call: Call) =>
      isOurs(call) ? convolution(call.backend, call.inputs, call.attrs) : stock(call),
    ),
};

/** {@link cpuConv2D} with a bias and an activation. */
export const cpuFusedConv2D: KernelReplacement = {
  kernelName: FusedConv2D,
  backendName: 'cpu',
  make: (stock) =>
    kernelFunc((call: FusedCall) => {
      const { inputs, attrs, backend } = call;
      const { bias, preluActivationWeights } = inputs;
      const isRow = bias === undefined || (bias.rank === 1 && bias.size === inputs.filter.shape[3]);
      if (!isOurs(call) || !isRow) return stock(call);
      return activate(convolution(backend, inputs, attrs, bias), attrs, preluActivationWeights);
    }),
};

const isOurs = ({ inputs, attrs }: Call | FusedCall): boolean =>
  attrs.dataFormat === 'NHWC' && inputs.x.dtype === 'float32' && inputs.filter.dtype === 'float32';

function convolution(
  backend: CPUBackend,
  { x, filter }: Inputs,
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
