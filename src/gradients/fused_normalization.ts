import { clone, customGrad, reshape, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { batchNormalizeGradients } from '../ops/batch_normalize.js';
import { presentTensorflow } from '../kernels/tensorflow/present.js';
import { OF_FLOATS, dtype, flag, float, text } from '../kernels/tensorflow/tensorflow_backend.js';
import type { OpAttr, TensorflowBackend } from '../kernels/tensorflow/tensorflow_backend.js';
import { recomputed } from './recomputed.js';

/** The operands of a normalization. */
export interface Normalization {
  /** Shape [..., C]. */
  readonly x: Tensor;
  /** Shape [C]. */
  readonly gamma: Tensor1D;
  /** Shape [C]. */
  readonly beta: Tensor1D;
  readonly epsilon: number;
}

/** The result, and mean and biased variance of each channel, [C]. */
export interface Normalized {
  readonly y: Tensor;
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

const opAttrs = (epsilon: number): OpAttr[] => [
  OF_FLOATS,
  dtype('U', 'float32'),
  float('epsilon', epsilon),
  text('data_format', 'NHWC'),
  flag('is_training', true),
];

/** Reshapes x to images, as the ops require. */
const images = (x: Tensor): Tensor => (x.rank === 4 ? x : reshape(x, [1, -1, 1, x.shape.at(-1)!]));

/**
 * Normalizes all of x by channel with its own moments, as batch normalization does, and instance
 * normalization of one sample: one op of libtensorflow forward and one backward, instead of tfjs's dozen
 * and two. Returns undefined if the current backend has no such op.
 *
 * **Differentiable:** first and second order, in x, γ and β; the moments are constants.
 */
export function fusedNormalization({
  x,
  gamma,
  beta,
  epsilon,
}: Normalization): Normalized | undefined {
  const host = presentTensorflow();
  if (host === undefined || x.size === 0) return undefined;
  const none = tensor1d([]); // running statistics, which training does not need
  const operands = [images(x), gamma, beta, none, none];
  const results = host.executeMultipleOutputs('FusedBatchNormV3', opAttrs(epsilon), operands, 6);
  // of its two pairs of moments, the first has an unbiased variance, the second is for its gradient
  const [y, , , mean, variance, rest] = results as [
    Tensor,
    Tensor,
    Tensor,
    Tensor1D,
    Tensor1D,
    Tensor,
  ];
  const normalize = customGrad((...args) => {
    const save = args[3] as unknown as (tensors: Tensor[]) => void;
    save([x, gamma, mean, variance, rest]);
    return {
      value: clone(y),
      gradFunc: (dy: Tensor, saved: Tensor[]) => gradients(host, dy, saved, epsilon),
    };
  });
  return { y: reshape(normalize(x, gamma, beta), x.shape), mean, variance };
}

/** Computes the gradients in x, γ and β. */
function gradients(
  host: TensorflowBackend,
  dy: Tensor,
  saved: readonly Tensor[],
  epsilon: number,
): Tensor[] {
  const [x, gamma, ...moments] = saved as [Tensor, Tensor1D, ...Tensor[]];
  const operands = [images(dy), images(x), gamma, ...moments];
  const ofOp = host.executeMultipleOutputs('FusedBatchNormGradV3', opAttrs(epsilon), operands, 5);
  const [dx, dGamma, dBeta] = ofOp as [Tensor, Tensor, Tensor];
  // differentiating them uses tfjs's ops
  const again = (dy: Tensor, x: Tensor, gamma: Tensor) => {
    const rows = (x: Tensor): Tensor2D => reshape(x, [-1, gamma.size]);
    return batchNormalizeGradients(rows(dy), rows(x), gamma as Tensor1D, epsilon);
  };
  const known = (value: Tensor, which: 0 | 1 | 2) =>
    recomputed(
      (dy, x, gamma) => reshape(again(dy, x, gamma)[which], value.shape),
      [dy, x, gamma],
      () => clone(value),
    );
  return [known(reshape(dx, x.shape), 0), known(dGamma, 1), known(dBeta, 2)];
}
