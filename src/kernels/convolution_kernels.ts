import { Conv2D, FusedConv2D } from '@tensorflow/tfjs-core';
import type {
  Conv2DAttrs,
  FusedConv2DAttrs,
  Tensor,
  Tensor4D,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { activate } from './activation.js';
import type { FusedActivation } from './activation.js';
import { kernelFunc } from './replacement.js';
import type { KernelBackend, KernelCall, KernelReplacement } from './replacement.js';

/** The operands of a convolution. */
export interface ConvolutionInputs {
  readonly x: Tensor4D;
  readonly filter: Tensor4D;
}

/**
 * Computes `y[n,p,q,d] = Σ x[n, s·p+i, s·q+j, c] · W[i,j,c,d] + b[d]` of float32 images, NHWC, and applies the
 * activation, if there is one.
 */
export type Convolution<Backend extends object> = (
  backend: Backend,
  inputs: ConvolutionInputs,
  attrs: Conv2DAttrs,
  bias?: Tensor,
  activation?: FusedActivation,
) => TensorInfo;

type Call<Backend extends object> = KernelCall<ConvolutionInputs, Conv2DAttrs, Backend>;
type FusedCall<Backend extends object> = KernelCall<
  ConvolutionInputs & { readonly bias?: Tensor; readonly preluActivationWeights?: Tensor },
  FusedConv2DAttrs,
  Backend
>;

/**
 * Makes the two kernels of a convolution: alone, and with a bias and an activation. `applied` are the activations
 * that the convolution applies itself; an op computes the others from its result.
 */
export const convolutionKernels = <Backend extends object>(
  backendName: KernelBackend,
  convolution: Convolution<Backend>,
  applied: readonly string[] = [],
): readonly [conv2D: KernelReplacement, fusedConv2D: KernelReplacement] => [
  {
    kernelName: Conv2D,
    backendName,
    make: (stock) =>
      kernelFunc((call: Call<Backend>) =>
        isOurs(call) ? convolution(call.backend, call.inputs, call.attrs) : stock(call),
      ),
  },
  {
    kernelName: FusedConv2D,
    backendName,
    make: (stock) =>
      kernelFunc((call: FusedCall<Backend>) => {
        const { inputs, attrs, backend } = call;
        const { bias, preluActivationWeights } = inputs;
        const isRow =
          bias === undefined || (bias.rank === 1 && bias.size === inputs.filter.shape[3]);
        if (!isOurs(call) || !isRow) return stock(call);
        if (applied.includes(attrs.activation))
          return convolution(backend, inputs, attrs, bias, attrs);
        return activate(convolution(backend, inputs, attrs, bias), attrs, preluActivationWeights);
      }),
  },
];

const isOurs = ({ inputs, attrs }: Call<object> | FusedCall<object>): boolean =>
  attrs.dataFormat === 'NHWC' && inputs.x.dtype === 'float32' && inputs.filter.dtype === 'float32';
