import { checkNumber } from '../../internal/check.js';
import { integer, number } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';

/** Options of {@link stepDecay}. */
export interface StepDecayOptions {
  /** The number of steps, or epochs, between two falls, 1 or more; BEGAN has 100,000. */
  every: number;
  /** The part of the rate that remains after each fall, in [0, 1]; default 0.5. */
  factor?: number;
  /** The least value of the returned factor, in [0, 1]; default 0. BEGAN has 0.25, from 8e-5 to 2e-5. */
  least?: number;
}

/**
 * Makes a factor on the learning rate that falls at regular intervals, as in the reference code of BEGAN:
 *
 * factor(t) = max(least, factor^⌊t / every⌋)
 *
 * Here t counts the steps made before, or the epochs. It is PyTorch's StepLR, with a lower bound. There is no
 * state: t is an argument, and an optimizer's rate is part of the optimizer's state.
 *
 * The paper of BEGAN halves the rate when M, the measure of convergence, stalls. For that, compare the means of
 * `convergence` over two spans of steps, and halve `optimizer.learningRate` yourself.
 *
 * @param options `every` from 1 on; `factor` and `least` in [0, 1].
 * @returns A function from count t, an integer from 0 on, to the factor.
 * @throws GanKitError if an option or t is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { adam, stepDecay } from 'gan-kit/training';
 *
 * const optimizer = adam({ learningRate: 8e-5, beta1: 0.9 });
 * const factor = stepDecay({ every: 100_000, least: 0.25 });
 * const rates = [];
 * for (const step of [0, 99_999, 100_000, 200_000, 300_000]) {
 *   optimizer.learningRate = 8e-5 * factor(step);
 *   rates.push(optimizer.learningRate);
 * }
 * console.log(rates); // → [ 0.00008, 0.00008, 0.00004, 0.00002, 0.00002 ]
 * ```
 *
 * @see Berthelot et al. 2017, arXiv 1703.10717, section 4.1
 */
export function stepDecay(options: StepDecayOptions): (step: number) => number {
  const where = 'stepDecay';
  const { every, factor, least } = readOptions(where, options, {
    every: integer({ min: 1 }),
    factor: number({ min: 0, max: 1, default: 0.5 }),
    least: number({ min: 0, max: 1, default: 0 }),
  });
  return (step) => {
    checkNumber(where, 'step', step, { integer: true, min: 0 });
    return Math.max(least, factor ** Math.floor(step / every));
  };
}
