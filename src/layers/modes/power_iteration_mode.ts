import { NestedMode } from '../../internal/nested_mode.js';

export const frozenPowerIteration: NestedMode = new NestedMode();

/** Whether training calls leave u and v as they are at the moment. */
export const powerIterationIsFrozen = (): boolean => frozenPowerIteration.isOn;

/**
 * Runs `fn` while training calls of {@link SpectralNormalization} layers leave u and v as they are;
 * σ is still that of the current W, and gradients still flow through it.
 *
 * Several passes of one discriminator step then see the same σ, and a generator step does not move
 * the discriminator's vectors. An explicit `powerIterate()` is not suspended.
 *
 * @param fn A synchronous function; calls may be nested.
 * @returns What `fn` returns.
 * @throws GanKitError if `fn` returns a promise: the vectors would thaw before its work is done.
 *
 * @example
 * ```ts
 * import { withFrozenPowerIteration } from 'gan-kit/layers';
 *
 * const answer = withFrozenPowerIteration(() => 42);
 * ```
 */
export function withFrozenPowerIteration<T>(fn: () => T): T {
  return frozenPowerIteration.during('withFrozenPowerIteration', fn);
}
