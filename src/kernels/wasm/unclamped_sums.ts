import {
  AvgPool,
  DepthwiseConv2dNative,
  FusedDepthwiseConv2D,
  neg,
  notEqual,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { activated } from '../activation.js';
import type { FusedActivation } from '../activation.js';
import { withNaNWhere } from '../not_a_number.js';
import { paddedDepthwise } from './padded_depthwise.js';
import { simdOf } from './runtime/simd.js';
import { kernelFunc, toTensor } from '../replacement.js';
import type { KernelReplacement, StockKernel } from '../replacement.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

/** A sum that is odd in x and bias together. */
interface Inputs {
  readonly x: Tensor;
  readonly filter?: Tensor;
  readonly bias?: Tensor;
  readonly preluActivationWeights?: Tensor;
}
type Call<Attrs> = WasmKernelCall<Inputs, Attrs>;

/**
 * Computes the sums of stock wasm, but keeps NaN: that clamps them to [−∞, ∞], which turns NaN into
 * −∞. The sum of the negated operands distinguishes the two if there is a −∞.
 */
function unclamped<Attrs>(stock: StockKernel, call: Call<Attrs>): Tensor {
  const { inputs, backend } = call;
  const y = toTensor<Tensor>(stock(call));
  const at = backend.getMemoryOffset(y.dataId);
  if (simdOf(backend).isAboveNegativeInfinity(at, y.size)) return y;
  return tidy(() => {
    const negated = { ...inputs, x: neg(inputs.x) };
    if (inputs.bias !== undefined) negated.bias = neg(inputs.bias);
    const mirrored = toTensor<Tensor>(stock({ ...call, inputs: negated }));
    return withNaNWhere(notEqual(y, neg(mirrored)), y);
  });
}

const averaging: KernelReplacement = {
  kernelName: AvgPool,
  make: (stock) => kernelFunc((call: Call<object>) => tidy(() => unclamped(stock, call))),
};

const depthwise: KernelReplacement = {
  kernelName: DepthwiseConv2dNative,
  make: (stock) =>
    kernelFunc((call: Call<object>) => tidy(() => unclamped(stock, paddedDepthwise(call)))),
};

/** The fused convolution, with the activation applied afterwards: it is another clamp. */
const fusedDepthwise: KernelReplacement = {
  kernelName: FusedDepthwiseConv2D,
  make: (stock) =>
    kernelFunc((call: Call<FusedActivation>) =>
      tidy(() => {
        const { inputs, attrs } = paddedDepthwise(call);
        const sums = unclamped(stock, { ...call, attrs: { ...attrs, activation: 'linear' } });
        return activated(sums, attrs, inputs.preluActivationWeights);
      }),
    ),
};

/** Average pooling and depthwise convolutions. */
export const unclampedSums: readonly KernelReplacement[] = [averaging, depthwise, fusedDepthwise];
