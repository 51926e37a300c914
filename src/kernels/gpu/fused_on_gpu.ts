import { FusedConv2D, FusedDepthwiseConv2D, _FusedMatMul, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { activated } from '../activation.js';
import type { FusedActivation } from '../activation.js';
import { kernelFunc, toTensor } from '../replacement.js';
import type { KernelBackend, KernelCall, KernelReplacement, StockKernel } from '../replacement.js';

type Call = KernelCall<{ preluActivationWeights?: Tensor }, FusedActivation>;

/** Activations that lose NaN inside a shader. */
const LOSING = ['elu', 'relu6', 'sigmoid'];

/** Wraps tfjs's kernel to apply those activations after it, by the kernels that keep NaN. */
export const keepNaN = (stock: StockKernel): StockKernel =>
  kernelFunc((call: Call) => {
    const { attrs } = call;
    if (!LOSING.includes(attrs.activation)) return stock(call);
    return tidy(() => {
      const sums = stock({ ...call, attrs: { ...attrs, activation: 'linear' } });
      return activated(toTensor(sums), attrs, undefined);
    });
  }) as unknown as StockKernel;

const keeping = (kernelName: string, backendName: KernelBackend): KernelReplacement => ({
  kernelName,
  backendName,
  make: (stock) => kernelFunc(keepNaN(stock)),
});

/** Products and convolutions with an activation. */
export const fusedOnGPU: readonly KernelReplacement[] = (['webgl', 'webgpu'] as const).flatMap(
  (backendName) =>
    [_FusedMatMul, FusedConv2D, FusedDepthwiseConv2D].map((kernelName) =>
      keeping(kernelName, backendName),
    ),
);
