import { checkNumber, checkOptions } from '../internal/check.js';
import { GradientPenalty } from './gradient_penalty.js';

/** Options of {@link r1} and {@link r2}. */
export interface ZeroCentredOptions {
  /** γ, 0 or more; default 10, as in the paper. The weight is γ/2. */
  gamma?: number;
  /** Of a critic with several outputs for a sample: the gradient of their sum (default) or their mean. */
  outputs?: 'sum' | 'mean';
  /** Applied at every `every`-th discriminator step, then `every` times as strongly; default 1. */
  every?: number;
}

/** γ/2 · E ‖∇D‖² at the samples of one kind. */
export function zeroCentred(
  where: string,
  at: 'real' | 'fake',
  options: ZeroCentredOptions,
): GradientPenalty {
  checkOptions(where, options, ['gamma', 'outputs', 'every']);
  const { gamma = 10, ...rest } = options;
  checkNumber(where, 'gamma', gamma, { min: 0 });
  return new GradientPenalty({ ...rest, weight: gamma / 2, target: 0, at });
}
