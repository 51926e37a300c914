import { checkOneOf } from '../internal/check.js';
import type { AdversarialLoss } from '../types.js';
import { hinge } from './hinge.js';
import { leastSquares } from './least_squares.js';
import { minimax } from './minimax.js';
import { nonSaturating } from './non_saturating.js';
import { relativisticAverage } from './relativistic_average.js';
import { wasserstein } from './wasserstein.js';

/** The name of an adversarial loss, for example on a command line. */
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
 * The names that {@link adversarialLoss} accepts.
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
 * Makes the adversarial loss of a given name, with its default options.
 *
 * It brings all losses into a bundle; call the loss's factory if the loss is known beforehand.
 *
 * @param name One of {@link ADVERSARIAL_LOSSES}.
 * @returns The result of the factory of that name.
 * @throws GanKitError if the name is not one of them.
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
