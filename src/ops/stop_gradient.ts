import { customGrad } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Runs `fn` without recording it: its result is a constant for every gradient.
 *
 * tfjs has no such op. A gradient of zeros would say the same, but the backward pass would still
 * walk through `fn`; the forward function of a custom gradient is never recorded, and one without
 * inputs leads nowhere, so nothing is left to walk through.
 *
 * @param fn Makes a new tensor; must not return one that exists already.
 * @returns What `fn` returned; the caller owns it.
 */
export function stopGradient<T extends Tensor>(fn: () => T): T {
  return customGrad(() => ({ value: fn(), gradFunc: () => [] }))();
}
