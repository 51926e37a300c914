import { add, mean, square, sub } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { positivePart } from '../../ops/positive_part.js';
import type { DiscriminatorOutputs } from '../../types.js';

/**
 * Computes E[max(0, r − ē_f)²] + E[max(0, ē_r − f)²], r and f the logits of real and generated samples: what pulls
 * them together, and with that bounds a LeCam divergence.
 *
 * **Differentiable:** in the logits, to second order; the slope is continuous.
 *
 * @param anchors ē_r and ē_f, constants.
 */
export function leCamTerm(
  { real, fake }: DiscriminatorOutputs,
  anchors: Readonly<Record<'real' | 'fake', Tensor>>,
): Scalar {
  const excess = (of: Tensor, over: Tensor) => mean<Scalar>(square(positivePart(sub(of, over))));
  return add(excess(real, anchors.fake), excess(anchors.real, fake));
}
