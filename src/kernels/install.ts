import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { KernelConfig } from '@tensorflow/tfjs-core';
import { batchMatMul } from './batch_mat_mul.js';
import { conv2DBackpropFilter } from './conv2d_backprop_filter.js';
import { conv2DBackpropInput } from './conv2d_backprop_input.js';
import { conv3DBackpropFilter, conv3DBackpropInput } from './conv3d_backprop.js';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise_conv2d_backprop.js';
import { identity } from './identity.js';
import { leakyRelu } from './leaky_relu.js';
import { maxPoolGrad } from './max_pool_grad.js';
import { mean, sum } from './reductions.js';
import { tile } from './tile.js';
import { unsortedSegmentSum } from './unsorted_segment_sum.js';
import type { KernelReplacement, StockKernel } from './wasm_backend.js';

const REPLACEMENTS: readonly KernelReplacement[] = [
  batchMatMul,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  conv3DBackpropFilter,
  conv3DBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  identity,
  leakyRelu,
  maxPoolGrad,
  mean,
  sum,
  tile,
  unsortedSegmentSum,
];

/** Shared by every copy of this library in a program: two copies must not wrap each other's kernels. */
const OURS = Symbol.for('gan-kit.kernel');

/**
 * Gives tfjs's wasm backend the kernels without which it cannot train, or trains slowly or wrongly.
 *
 * Stock tfjs 4.22 has no filter gradient of a convolution on wasm, no depthwise gradients and no
 * gradient of gather; its gradients of 3-D convolution and of
 * max pooling are wrong; and its input gradient of a convolution,
 * transposed matrix products, leading sums, tiling, LeakyReLU and clones are several times slower
 * than they need be. Everything that trains calls this; a program that uses tfjs's own layers on
 * wasm may call it as well.
 *
 * Safe to call at any time and as often as wanted. Without a wasm backend module it does nothing; a
 * call after the module is imported, before or after `setBackend('wasm')`, then does the work. Other
 * backends are left alone.
 *
 * **Differentiable:** the kernels are; gradients stay those of tfjs.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm';
 * import { setBackend } from '@tensorflow/tfjs-core';
 * import { installKernels } from 'gan-kit';
 *
 * await setBackend('wasm');
 * installKernels();
 * ```
 */
export function installKernels(): void {
  // the registry is asked, not a flag: the backend's module may be imported, or imported again, later
  if (getKernel('Conv2D', 'wasm') === undefined) return;
  for (const replacement of REPLACEMENTS) install(replacement);
}

function install({ kernelName, make }: KernelReplacement): void {
  const stock = getKernel(kernelName, 'wasm') as KernelConfig | undefined;
  if (stock !== undefined && OURS in stock) return;
  if (stock !== undefined) unregisterKernel(kernelName, 'wasm'); // tfjs warns of a second registration
  // the stock kernel's set-up stays: it still runs when the backend starts later
  const config = {
    ...stock,
    kernelName,
    backendName: 'wasm',
    kernelFunc: make((stock?.kernelFunc ?? missing(kernelName)) as StockKernel),
    [OURS]: true,
  };
  registerKernel(config);
}

const missing = (kernelName: string) => (): never => {
  throw new Error(`Kernel '${kernelName}' not registered for backend 'wasm'`);
};
