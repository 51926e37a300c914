import { add, mean, reshape, sqrt, square, sub, sum, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { positivePart } from '../ops/positive_part.js';

/** The rule for the norm of each sample's gradient. */
export interface NormRule {
  /** k, the norm that costs nothing. */
  readonly target: number;
  /** Whether norms below the target cost too. */
  readonly sided: 'two' | 'one';
  /** ε, added to the squared norm before the root. */
  readonly epsilon: number;
}

/**
 * Computes E (√(‖g‖² + ε) − k)², one-sided E max(0, √(‖g‖² + ε) − k)², with the norm of each sample
 * over all of its other axes.
 *
 * It is E ‖g‖² itself, without root and ε, if the target is 0, as (√s)² has an infinite factor in its
 * slope at 0 that only cancels on paper.
 *
 * **Differentiable:** to any order; without ε the slope is NaN if a gradient is all zero.
 *
 * @param gradient Shape [batch, …].
 * @returns A scalar; the caller owns it.
 */
export function normPenalty(gradient: Tensor, { target, sided, epsilon }: NormRule): Scalar {
  return tidy(() => {
    const rows: Tensor2D = reshape(gradient, [gradient.shape[0], -1]);
    const squares = sum(square(rows), 1);
    if (target === 0) return mean<Scalar>(squares);
    const excess = sub(sqrt(add(squares, epsilon)), target);
    return mean<Scalar>(square(sided === 'one' ? positivePart(excess) : excess));
  });
}
