import { add, mul, tidy } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { hostDecision, hostNumber } from '../internal/host_input.js';
import type { Critic, Penalty } from '../types.js';
import type { PenaltyBatch } from './sampling_points.js';

/**
 * Computes the term that a critic's penalties add to its loss at a step:
 * Σ weight · every · compute() over the due ones. A penalty is due at every `every`-th step, including
 * the first.
 *
 * A rarer penalty is applied more strongly, so that its weight means the same at any interval:
 * StyleGAN2's lazy regularization (arXiv 1912.04958, section 3.1).
 *
 * @param step Returns the number of the step, counted from 0.
 * @returns A scalar, which the caller owns; undefined if none is due.
 */
export function duePenalties(
  penalties: readonly Penalty[],
  step: () => number,
  critic: Critic,
  batch: PenaltyBatch,
): Scalar | undefined {
  const due = penalties.filter(({ every }) => hostDecision(() => step() % every === 0));
  if (due.length === 0) return undefined;
  return tidy(() =>
    due
      .map((penalty) => {
        const weight = hostNumber(() => penalty.weight * penalty.every); // a schedule may change it
        return mul<Scalar>(penalty.compute(critic, batch), weight);
      })
      .reduce((sum, term) => add<Scalar>(sum, term)),
  );
}
