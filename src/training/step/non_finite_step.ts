import { GanKitError } from '../../errors.js';
import type { StepReading } from './step_reading.js';

/** Returns whether a step made a loss or a weight that is not finite. */
export const isBroken = ({ losses, brokenWeights }: StepReading): boolean =>
  brokenWeights.length > 0 || !Object.values(losses).every(Number.isFinite);

/**
 * Makes the error of a step that is not finite: which step, which term or layer first.
 *
 * @param where For messages.
 * @param steps The first step after the last finite reading, and the one that was read.
 */
export function nonFiniteStep(
  where: string,
  [first, last]: readonly [number, number],
  { losses, brokenWeights }: StepReading,
): GanKitError {
  const steps = first === last ? `step ${last}` : `steps ${first} to ${last}, one of them unread,`;
  const terms = Object.entries(losses);
  const found = terms.some(([, value]) => !Number.isFinite(value))
    ? `the losses of ${steps} must be finite. Received: ${terms.map((term) => term.join(' ')).join(', ')}`
    : `the weights after ${steps} must be finite. Received: NaN or infinity in ${namesOf(brokenWeights)}`;
  return new GanKitError(
    'value',
    `${where}: ${found}.\nThe system is as it was before. Look at the batch and the learning rates; ` +
      `onNonFinite: 'skip' leaves such steps out.`,
    { where },
  );
}

/** Names the weight nearest to the output, from which a broken gradient spread to all before it. */
function namesOf(paths: readonly string[]): string {
  const nearest = paths.at(-1)!;
  return paths.length === 1 ? nearest : `${nearest}, and in ${paths.length - 1} weights before it`;
}
