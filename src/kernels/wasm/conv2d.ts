import { Conv2D, FusedConv2D, backend_util } from '@tensorflow/tfjs-core';
import type { Conv2DAttrs, FusedConv2DAttrs, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { activate } from '../activation.js';
import { convolve } from './convolution/convolution.js';
import { simdOf } from './runtime/simd.js';
import { kernelFunc } from './runtime/wasm_backend.js';
import type { KernelCall, KernelReplacement, WasmBackend } from './runtime/wasm_backend.js';

interface Inputs {
  readonly x: Tensor4D;
  readonly filter: Tensor4D;
}
type Call = KernelCall<Inputs, Conv2DAttrs>;
type FusedCall = KernelCall<
  Inputs & { readonly bias?: Tensor; readonly preluActivationWeights?: Tensor },
  FusedConv2DAttrs
>;

/**
 * `y[n,p,q,d] = Σ x[n, s·p+i, s·q+j, c] · W[i,j,c,d]`, 1.8 to 3.6 times as fast as stock wasm on
 * the shapes of `npm run bench`.
 */
export const conv2D: KernelReplacement = {
  kernelName: Conv2D,
  make: (stock) =>
    kernelFunc((call: Call) =>
      isOurs(call) ? convolution(call.backend, call.inputs, call.attrs) : stock(call),
    ),
};

/** {@link conv2D} with a bias and an activation. */
export const fusedConv2D: KernelReplacement = {
  kernelName: FusedConv2D,
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
  backend: WasmBackend,
  { x, filter }: Inputs,
  { strides, dilations, pad, dimRoundingMode }: Conv2DAttrs,
  bias?: Tensor,
) {
  const conv = backend_util.computeConv2DInfo(
    x.shape,
    filter.shape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  const simd = simdOf(backend);
  const y = backend.makeOutput(conv.outShape, 'float32');
  const at = (tensor: { dataId: object }) => backend.getMemoryOffset(tensor.dataId);
  const { batchSize, outHeight, outWidth, outChannels } = conv;
  if (bias !== undefined)
    simd.repeat(at(bias), outChannels, at(y), batchSize * outHeight * outWidth);
  convolve(simd, conv, { x: at(x), filter: at(filter), y: at(y) }, bias !== undefined);
  return y;
}
