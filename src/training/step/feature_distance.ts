import { mean, square, sub } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { absolute } from '../../ops/absolute.js';

/**
 * Computes how far apart the mean features of real and of generated samples are: the mean over all units of
 * (E h(x) − E h(x̃))², or of |E h(x) − E h(x̃)|.
 *
 * **Differentiable:** in both, to any order; the slope of the absolute value at 0 is 0.
 *
 * @param real h(x), `[batch, …]`.
 * @param fake h(x̃), of the same shape but for the batch.
 *
 * @see Salimans et al. 2016, arXiv 1606.03498, section 3.1
 */
export function featureDistance(
  real: Tensor,
  fake: Tensor,
  distance: 'squared' | 'absolute',
): Scalar {
  const difference = sub(mean(real, 0), mean(fake, 0));
  return mean<Scalar>(distance === 'squared' ? square(difference) : absolute(difference));
}
