import { customGrad, div, mean, mul, neg, sigmoid, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { hasCrossEntropy, runCrossEntropy, runCrossEntropyGrad } from '../kernels/cross_entropy.js';
import { isRecording } from './gradient_repair.js';

/**
 * Computes the mean cross-entropy of logits x with a label y, y · softplus(−x) + (1 − y) · softplus(x), with kernels of
 * ours: three dispatches with the gradient, where ops take two dozen. Returns undefined if the current backend has none.
 *
 * **Differentiable:** to any order, once `enableSecondOrderGradients()` was called.
 */
export function kernelCrossEntropy(logits: Tensor, label: number): Tensor | undefined {
  if (!hasCrossEntropy() || logits.size === 0) return undefined;
  const crossEntropy = customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    save([x]);
    return {
      value: tidy(() => mean(runCrossEntropy(x, label))),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const x = saved[0]!;
        return isRecording() ? inOps(dy, x, label) : runCrossEntropyGrad(dy, x, label);
      },
    };
  });
  return crossEntropy(logits);
}

/** Computes the gradient in ops, which can be differentiated again. */
const inOps = (dy: Tensor, x: Tensor, label: number): Tensor =>
  tidy(() => {
    const slope = sub(mul(sigmoid(x), 1 - label), mul(sigmoid(neg(x)), label));
    return mul(slope, div(dy, x.size));
  });
