import { kernelsOfNode } from '#kernels';
import { engine, getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { KernelBackend as Backend, KernelConfig } from '@tensorflow/tfjs-core';
// similar kernels side by side: a bundle compresses better by 0.4 kB
import { adamStep } from './wasm/adam_step.js';
import { batchMatMul, fusedMatMul } from './wasm/batch_mat_mul.js';
import { concat } from './wasm/concat.js';
import { convolutions } from './wasm/conv2d.js';
import { conv2DBackpropFilter } from './wasm/conv2d_backprop_filter.js';
import { conv2DBackpropInput } from './wasm/conv2d_backprop_input.js';
import { conv3DBackpropFilter, conv3DBackpropInput } from './wasm/conv3d_backprop.js';
import {
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
} from './wasm/depthwise_conv2d_backprop.js';
import { einsum } from './wasm/einsum.js';
import { elementwiseOnWasm } from './wasm/elementwise.js';
import { cast, identity } from './wasm/identity.js';
import { largerOfTwo } from './wasm/larger_of_two.js';
import { mirrorPads } from './wasm/mirror_pad.js';
import { normalizationOnWasm } from './wasm/normalization.js';
import { oneHot } from './wasm/one_hot.js';
import { mean, sum } from './wasm/reductions.js';
import { returnedReferences } from './wasm/returned_references.js';
import { guardMemory } from './wasm/runtime/out_of_memory.js';
import type { KernelBackend, KernelReplacement, StockKernel } from './replacement.js';
import type { WasmBackend } from './wasm/runtime/wasm_backend.js';
import { slices } from './wasm/slice.js';
import { sumsOfAllOnWasm } from './wasm/sums_of_all.js';
import { tile } from './wasm/tile.js';
import { unclampedSums } from './wasm/unclamped_sums.js';
import { unsortedSegmentSum } from './wasm/unsorted_segment_sum.js';
import { cpuConvolutions } from './cpu/conv2d.js';
import { cpuConv2DBackpropFilter } from './cpu/conv2d_backprop_filter.js';
import { cpuConv2DBackpropInput } from './cpu/conv2d_backprop_input.js';
import { spendBanner } from './cpu/cpu_banner.js';
import { resizeBilinearGrad } from './cpu/resize_bilinear_grad.js';
import { resizeNearestNeighborGrad } from './cpu/resize_nearest_neighbor_grad.js';
import { webgpuConvolutions } from './webgpu/conv2d.js';
import { conv2DBackpropInput as webgpuConv2DBackpropInput } from './webgpu/conv2d_backprop_input.js';
import { conv2DBackpropFilter as webgpuConv2DBackpropFilter } from './webgpu/conv2d_backprop_filter.js';
import { elementwise } from './elementwise.js';
import { adamStepOnWebGPU } from './webgpu/adam_step.js';
import { brokenSlopeOnWebGPU } from './webgpu/broken_slope.js';
import { crossEntropyGradOnWebGPU, crossEntropyOnWebGPU } from './webgpu/cross_entropy.js';
import { elementwiseOnWebGPU } from './webgpu/elementwise.js';
import { mirrorPadGradOnWebGPU } from './webgpu/mirror_pad_grad.js';
import { movedTowardsOnWebGPU } from './webgpu/moved_towards.js';
import { momentsOnWebGPU } from './webgpu/normalization/moments.js';
import { moveStatisticsOnWebGPU } from './webgpu/normalization/move_statistics.js';
import { normalizeOnWebGPU } from './webgpu/normalization/normalize.js';
import { normalizeGradOnWebGPU } from './webgpu/normalization/normalize_grad.js';
import { meanOnWebGPU, sumOnWebGPU } from './webgpu/reductions.js';
import { sumsOfAllOnWebGPU } from './webgpu/sums_of_all.js';
import { unitVectorOnWebGPU } from './webgpu/unit_vector.js';
import { clipOnWebGL } from './gpu/clip_on_webgl.js';
import { fusedOnGPU } from './gpu/fused_on_gpu.js';
import { power } from './gpu/power.js';
import { softmax } from './gpu/softmax.js';
import { maxPools } from './pooling/max_pool.js';
import { maxPool3D } from './pooling/max_pool_3d.js';
import { maxPoolGrads } from './pooling/max_pool_grad.js';

const BACKENDS: readonly KernelBackend[] = ['cpu', 'wasm', 'webgl', 'webgpu', 'tensorflow'];

const REPLACEMENTS: readonly KernelReplacement[] = [
  adamStep,
  adamStepOnWebGPU,
  batchMatMul,
  brokenSlopeOnWebGPU,
  cast,
  clipOnWebGL,
  concat,
  ...convolutions,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  conv3DBackpropFilter,
  conv3DBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  ...cpuConvolutions,
  cpuConv2DBackpropFilter,
  cpuConv2DBackpropInput,
  einsum,
  crossEntropyGradOnWebGPU,
  crossEntropyOnWebGPU,
  ...elementwise,
  ...elementwiseOnWasm,
  ...elementwiseOnWebGPU,
  fusedMatMul,
  ...fusedOnGPU,
  identity,
  ...kernelsOfNode,
  ...largerOfTwo,
  ...maxPools,
  maxPool3D,
  ...maxPoolGrads,
  mean,
  meanOnWebGPU,
  mirrorPadGradOnWebGPU,
  ...mirrorPads,
  momentsOnWebGPU,
  moveStatisticsOnWebGPU,
  movedTowardsOnWebGPU,
  ...normalizationOnWasm,
  normalizeGradOnWebGPU,
  normalizeOnWebGPU,
  oneHot,
  power,
  resizeBilinearGrad,
  ...returnedReferences,
  resizeNearestNeighborGrad,
  ...slices,
  softmax,
  sum,
  sumOnWebGPU,
  sumsOfAllOnWasm,
  sumsOfAllOnWebGPU,
  tile,
  ...unclampedSums,
  unitVectorOnWebGPU,
  unsortedSegmentSum,
  ...webgpuConvolutions,
  webgpuConv2DBackpropFilter,
  webgpuConv2DBackpropInput,
];

/** Shared by every copy of this library in a program: two copies must not wrap each other's kernels. */
const OURS = Symbol.for('gan-kit.kernel');

/**
 * Installs the kernels without which tfjs's backends cannot train, or train slowly or wrongly.
 *
 * Stock tfjs 4.22 has no filter gradient of a convolution on wasm, no depthwise gradients, no gradient of
 * gather and no einsum; its 3-D max pooling and its gradients of 3-D convolution and of max pooling are
 * wrong, as are its one-hot rows of float32; and its input gradient of a convolution, transposed matrix
 * products, leading sums, tiling, slicing, LeakyReLU and clones are several times slower than necessary.
 * Elementwise functions, sums, mirror padding and normalizations, too, run on all threads there.
 * On cpu, the filter gradient of a convolution is 50 to 150 times slower than necessary, the gradient of
 * nearest-neighbour resizing is wrong for more than one image, that of bilinear resizing for images that
 * are not square, and that of 3-D max pooling for windows that are not. On each backend, including webgl
 * and webgpu, some kernels turn NaN into a number; after this call none of those in critics, losses and
 * penalties does. Every training function calls this; a program with tfjs's own layers may call it too.
 *
 * It is safe to call at any time and repeatedly. A backend whose module is not imported does not change; a
 * call after the import, before or after `setBackend`, then installs its kernels.
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
  const { cpu, wasm } = engine().registry;
  if (cpu !== undefined) spendBanner(cpu);
  if (wasm !== undefined) guardMemory(wasm as unknown as WasmBackend);
  // asks the registry, not a flag: a backend's module may be imported, or imported again, later
  const imported = BACKENDS.filter((name) => getKernel('Conv2D', name) !== undefined);
  for (const replacement of REPLACEMENTS) {
    const { backendName = 'wasm' } = replacement;
    if (imported.includes(backendName)) install(replacement, backendName);
  }
}

function install({ kernelName, make }: KernelReplacement, backendName: string): void {
  const stock = getKernel(kernelName, backendName) as KernelConfig | undefined;
  if (stock !== undefined && OURS in stock) return;
  if (stock !== undefined) unregisterKernel(kernelName, backendName); // tfjs warns of a second registration
  // the stock kernel's set-up stays: it still runs when the backend starts later; kernels of cpu have none
  const config = {
    ...stock,
    ...(backendName === 'cpu' && { setupFunc: (cpu: object) => spendBanner(cpu as Backend) }),
    kernelName,
    backendName,
    kernelFunc: make((stock?.kernelFunc ?? missing(kernelName, backendName)) as StockKernel),
    [OURS]: true,
  };
  registerKernel(config);
}

const missing = (kernelName: string, backendName: string) => (): never => {
  throw new Error(`Kernel '${kernelName}' not registered for backend '${backendName}'`);
};
