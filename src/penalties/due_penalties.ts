import { add, mul, tidy } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import type { Critic, Penalty } from '../types.js';
import type { PenaltyBatch } from './sampling_points.js';

/**
 * What the penalties of a critic add to its loss at a step: Σ weight · every · compute() over those
 * that are due, which is at every `every`-th step, the first included.
 *
 * A penalty that comes more rarely is stronger when it comes, so that its weight means the same at
 * any interval: StyleGAN2's lazy regularization (arXiv 1912.04958, section 3.1).
 *
 * @param step Counted from 0.
 * @returns A scalar, which the caller owns; undefined where none is due.
 */
export function duePenalties(
  penalties: readonly Penalty[],
  step: number,
  critic: Critic,
  batch: PenaltyBatch,
): Scalar | undefined {
  const due = penalties.filter(({ every }) => step % every === 0);
  if (due.length === 0) return undefined;
  return tidy(() =>
    due
      .map((penalty) => mul<Scalar>(penalty.compute(critic, batch), penalty.weight * penalty.every))
      .reduce((sum, term) => add<Scalar>(sum, term)),
  );
}
