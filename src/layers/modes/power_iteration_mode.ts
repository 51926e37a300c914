import { NestedMode } from '../../internal/nested_mode.js';

/** The mode in which training calls do not change u and v. */
export const frozenPowerIteration: NestedMode = new NestedMode();

/** Returns whether training calls do not change u and v now. */
export const powerIterationIsFrozen = (): boolean => frozenPowerIteration.isOn;

/**
 * Runs `fn` while training calls of {@link SpectralNormalization} layers keep u and v unchanged; σ is
 * still that of the current W, and gradients still flow through it.
 *
 * All passes of one discriminator step then use the same σ, and a generator step does not change the
 * discriminator's vectors. An explicit `powerIterate()` still advances them.
 *
 * @param fn A synchronous function; calls may be nested.
 * @returns What `fn` returns.
 * @throws GanKitError if `fn` returns a promise: the mode would end before its work is done.
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
