import { getGradient, registerGradient, unregisterGradient } from '@tensorflow/tfjs-core';
import type { GradConfig } from '@tensorflow/tfjs-core';
import { GanKitError } from '../errors.js';
import { installKernels } from '../kernels/install.js';
import { averagePool } from './average_pool.js';
import { broadcasting } from './broadcasting.js';
import { brokenLines } from './broken_lines.js';
import { convolutions } from './convolution.js';
import { depthToSpace } from './depth_to_space.js';
import { einsum } from './einsum.js';
import { eluGrad } from './elu_grad.js';
import { extremes } from './extremes.js';
import type { GradientRepair } from './gradient_repair.js';
import { localResponseNormalization } from './local_response_normalization.js';
import { maxPoolGrad } from './max_pool_grad.js';
import { mirrorPad } from './mirror_pad.js';
import { piecewiseConstant } from './piecewise_constant.js';
import { resizing } from './resize.js';
import { savedOutputs } from './saved_outputs.js';
import { product, runningSum } from './scans.js';
import { stridedSlice } from './strided_slice.js';

const REPAIRS: readonly GradientRepair[] = [
  ...piecewiseConstant,
  ...broadcasting,
  ...brokenLines,
  ...extremes,
  ...savedOutputs,
  eluGrad,
  ...convolutions,
  ...averagePool,
  ...maxPoolGrad,
  ...resizing,
  mirrorPad,
  stridedSlice,
  depthToSpace,
  einsum,
  runningSum,
  product,
  localResponseNormalization,
];

/** Shared by every copy of this library in a program: two copies must not wrap each other's repairs. */
const OURS = Symbol.for('gan-kit.gradient');

/**
 * Makes tfjs's gradients right at first and second order, for the whole program.
 *
 * A gradient penalty differentiates a gradient. On that second pass stock tfjs 4.22 is silently wrong through
 * exp, tanh, sigmoid, elu, softmax and the exponent of pow; it throws at comparisons (LeakyReLU, clipping,
 * maximum, where), pooling, resizing, depthwise and 3-D convolution and local response normalization; it has
 * no gradient at all for stridedSlice, depthToSpace and einsum; and at first order already, mirrorPad,
 * average pooling with padding, half-pixel resizing, cumsum on an inner axis, prod, maximum, minimum and
 * squaredDifference of two shapes, and on some backends resizing, max pooling and 3-D convolution are wrong
 * or throw. After this call all of them are right, on every backend. First-order gradients stay the same to
 * the last bit if tfjs was right.
 *
 * `tf.logSoftmax`, `tf.logSigmoid` and `tf.losses.softmaxCrossEntropy` have custom gradients that no
 * registration can replace: use those of `gan-kit/ops`.
 *
 * Every function here that differentiates a gradient calls this; a program with a custom penalty calls it
 * once, after loading tfjs. More calls are harmless. It calls {@link installKernels}.
 *
 * @throws GanKitError if tfjs's own gradients are not registered; importing `@tensorflow/tfjs-layers` does
 *   that.
 *
 * @example
 * ```ts
 * import { grad, sum, tanh, tensor1d, square } from '@tensorflow/tfjs-core';
 * import { enableSecondOrderGradients, loadBackend } from 'gan-kit';
 *
 * await loadBackend();
 * enableSecondOrderGradients();
 * const slope = grad(tanh);
 * const penalty = grad((x) => sum(square(slope(x))));
 * console.log(await penalty(tensor1d([0.5])).data()); // → Float32Array(1) [ -1.1433 ]
 * ```
 */
export function enableSecondOrderGradients(): void {
  if (getGradient('Conv2D') === undefined)
    throw new GanKitError(
      'backend',
      "enableSecondOrderGradients: tfjs's own gradients must be registered. Received: a program without them.\n" +
        "Import '@tensorflow/tfjs-layers' first: tfjs-core alone has no gradients in Node.",
      { where: 'enableSecondOrderGradients' },
    );
  installKernels();
  for (const repair of REPAIRS) install(repair);
}

/** Tells whether any copy of this library made that call. */
export const hasSecondOrderGradients = (): boolean =>
  OURS in ((getGradient('Tanh') as GradConfig | undefined) ?? {});

function install({ kernelName, make }: GradientRepair): void {
  const stock = getGradient(kernelName) as GradConfig | undefined;
  if (stock !== undefined && OURS in stock) return;
  if (stock !== undefined) unregisterGradient(kernelName); // tfjs warns of a second registration
  const config = { ...make(stock ?? missing(kernelName)), [OURS]: true };
  registerGradient(config);
}

const missing = (kernelName: string): GradConfig => ({
  kernelName,
  gradFunc: () => {
    throw new Error(`gradient function not found for ${kernelName}`);
  },
});
