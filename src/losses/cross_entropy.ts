import { add, mean, mul, neg, softplus } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { kernelCrossEntropy } from '../gradients/kernel_cross_entropy.js';

/**
 * Computes H(l, y), the mean cross-entropy of σ(l) with a constant label y: E[−y log σ(l) − (1 − y)
 * log(1 − σ(l))] = y E softplus(−l) + (1 − y) E softplus(l).
 *
 * No logarithm of a probability is ever taken, so value and slope are finite for any finite logit,
 * and both terms have one sign, so nothing cancels.
 *
 * **Differentiable:** to second order. Call it inside a tidy.
 */
export function crossEntropy(logits: Tensor, label: number): Tensor {
  const byKernels = kernelCrossEntropy(logits, label);
  if (byKernels !== undefined) return byKernels;
  return add(mul(label, mean(softplus(neg(logits)))), mul(1 - label, mean(softplus(logits))));
}
