import { checkOneOf } from '../internal/check.js';
import type { AdversarialLoss } from '../types.js';
import { hinge } from './hinge.js';
import { leastSquares } from './least_squares.js';
import { minimax } from './minimax.js';
import { nonSaturating } from './non_saturating.js';
import { relativisticAverage } from './relativistic_average.js';
import { wasserstein } from './wasserstein.js';

/** A word that names an adversarial loss, on a command line for example. */
export type AdversarialLossName =
  'minimax' | 'nonsaturating' | 'leastsquares' | 'wasserstein' | 'hinge' | 'relativistic';

const FACTORIES: Readonly<Record<AdversarialLossName, () => AdversarialLoss>> = {
  minimax,
  nonsaturating: nonSaturating,
  leastsquares: leastSquares,
  wasserstein,
  hinge,
  relativistic: relativisticAverage,
};

/**
 * The words that {@link adversarialLoss} knows.
 *
 * @example
 * ```ts
 * import { ADVERSARIAL_LOSSES } from 'gan-kit/losses';
 *
 * console.log(ADVERSARIAL_LOSSES.includes('hinge')); // → true
 * ```
 */
export const ADVERSARIAL_LOSSES: readonly AdversarialLossName[] = Object.keys(
  FACTORIES,
) as AdversarialLossName[];

/**
 * The adversarial loss of a given name, with its default options.
 *
 * It brings all losses into a bundle; where the loss is known beforehand, call its factory.
 *
 * @param name One of {@link ADVERSARIAL_LOSSES}.
 * @returns What the factory of that name returns.
 * @throws GanKitError if the word is not one of them.
 *
 * @example
 * ```ts
 * import { adversarialLoss } from 'gan-kit/losses';
 *
 * console.log(adversarialLoss('relativistic').needsReal); // → true
 * ```
 */
export function adversarialLoss(name: AdversarialLossName): AdversarialLoss {
  checkOneOf('adversarialLoss', 'name', name, ADVERSARIAL_LOSSES);
  return FACTORIES[name]();
}
