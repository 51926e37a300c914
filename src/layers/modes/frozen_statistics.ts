import { NestedMode } from '../../internal/nested_mode.js';

/** The mode in which running statistics do not change. */
export const frozenStatistics: NestedMode = new NestedMode();

/** Returns whether running statistics do not change now. */
export const statisticsAreFrozen = (): boolean => frozenStatistics.isOn;

/**
 * Runs `fn` while every {@link BatchNormalization} layer keeps its running statistics unchanged; batches
 * are still normalized by their own statistics if `training` is true.
 *
 * A generator step, for example, runs the discriminator in training mode, but must not change its
 * statistics.
 *
 * @param fn A synchronous function; calls may be nested.
 * @returns What `fn` returns.
 * @throws GanKitError if `fn` returns a promise: the mode would end before its work is done.
 *
 * @example
 * ```ts
 * import { withFrozenStatistics } from 'gan-kit/layers';
 *
 * const answer = withFrozenStatistics(() => 42);
 * ```
 */
export function withFrozenStatistics<T>(fn: () => T): T {
  return frozenStatistics.during('withFrozenStatistics', fn);
}
