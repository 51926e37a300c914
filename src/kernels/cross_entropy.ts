import { engine, getBackend, getKernel } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Names of kernels for cross-entropies, which some backends have; tfjs has none. */
export const CROSS_ENTROPY = 'GanKitCrossEntropy';
export const CROSS_ENTROPY_GRAD = 'GanKitCrossEntropyGrad';

/** The attribute of both: the label of all logits, in [0, 1]. */
export interface CrossEntropyAttrs {
  readonly label: number;
}

/** Tells whether the current backend has the kernels. */
export const hasCrossEntropy = (): boolean => getKernel(CROSS_ENTROPY, getBackend()) !== undefined;

/** Computes y · softplus(−x) + (1 − y) · softplus(x) of each logit x with label y; without a gradient. */
export const runCrossEntropy = (x: Tensor, label: number): Tensor =>
  engine().runKernel<Tensor>(CROSS_ENTROPY, { x }, { label });

/** Computes the gradient of the mean of those, dy · ((1 − y) · σ(x) − y · σ(−x)) / n; without a gradient. */
export const runCrossEntropyGrad = (dy: Tensor, x: Tensor, label: number): Tensor =>
  engine().runKernel<Tensor>(CROSS_ENTROPY_GRAD, { dy, x }, { label });
