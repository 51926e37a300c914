import { mul, neg, sum, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkOptions, checkTensor } from '../internal/check.js';
import { logSoftmax } from './log_softmax.js';

/**
 * Computes H(p, q) = −Σᵢ pᵢ log qᵢ of each sample, with q = softmax(logits).
 *
 * `tf.losses.softmaxCrossEntropy` has a custom gradient that is silently wrong at second order.
 *
 * **Differentiable:** to any order in both, once `enableSecondOrderGradients()` was called.
 *
 * @param input `labels` and `logits`, float32, both `[…, classes]`; each row of the labels a distribution.
 * @returns One value per sample, `[…]`; the caller owns it.
 * @throws GanKitError if the shapes differ.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { softmaxCrossEntropy } from 'gan-kit/ops';
 *
 * await loadBackend();
 * const loss = softmaxCrossEntropy({ labels: tensor2d([[0, 1]]), logits: tensor2d([[0, 0]]) });
 * console.log(await loss.data()); // → Float32Array(1) [ 0.693 ]
 * ```
 */
export function softmaxCrossEntropy(input: { labels: Tensor; logits: Tensor }): Tensor {
  const where = 'softmaxCrossEntropy';
  checkOptions(where, input, ['labels', 'logits'], 'input');
  const { labels, logits } = input;
  checkTensor(where, 'logits', logits, { minRank: 1 });
  checkTensor(where, 'labels', labels, { shape: logits.shape });
  return tidy(() => neg(sum(mul(labels, logSoftmax(logits)), -1)));
}
