import { number } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';
import { GRADIENT_PENALTY, GradientPenalty } from './gradient_penalty.js';

/** Options of {@link r1} and {@link r2}. */
export interface ZeroCentredOptions {
  /** γ, 0 or more; default 10, as in the paper. The weight is γ/2. */
  gamma?: number;
  /** For a critic with several outputs per sample: the gradient of their sum (default) or their mean. */
  outputs?: 'sum' | 'mean';
  /** Interval in discriminator steps, at which the penalty is `every` times as strong; default 1. */
  every?: number;
}

/** Makes γ/2 · E ‖∇D‖² at the samples of one kind. */
export function zeroCentred(
  where: string,
  at: 'real' | 'fake',
  options: ZeroCentredOptions,
): GradientPenalty {
  const { outputs, every } = GRADIENT_PENALTY;
  const { gamma, ...rest } = readOptions(where, options, {
    gamma: number({ min: 0, default: 10 }),
    outputs,
    every,
  });
  return new GradientPenalty({ ...rest, weight: gamma / 2, target: 0, at });
}
