import { NestedMode } from '../../internal/nested_mode.js';

export const frozenStatistics: NestedMode = new NestedMode();

/** Whether running statistics stand still at the moment. */
export const statisticsAreFrozen = (): boolean => frozenStatistics.isOn;

/**
 * Runs `fn` while every {@link BatchNormalization} layer leaves its running statistics as they are;
 * batches are still normalised by their own statistics where `training` is true.
 *
 * A generator step runs the discriminator in training mode without being a reason to move its
 * statistics.
 *
 * @param fn A synchronous function; calls may be nested.
 * @returns What `fn` returns.
 * @throws GanKitError if `fn` returns a promise: the statistics would thaw before its work is done.
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
