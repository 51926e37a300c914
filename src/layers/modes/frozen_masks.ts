import { NestedMode } from '../../internal/nested_mode.js';

export const frozenMasks: NestedMode = new NestedMode();

/** Whether every call draws the same masks at the moment. */
export const masksAreFrozen = (): boolean => frozenMasks.isOn;

/**
 * Runs `fn` while every {@link Dropout} layer repeats its next mask instead of moving on: the same
 * input then gives the same output, which derivatives by differences need.
 *
 * @param fn A synchronous function; calls may be nested.
 * @returns What `fn` returns.
 * @throws GanKitError if `fn` returns a promise: the masks would thaw before its work is done.
 *
 * @example
 * ```ts
 * import { withFrozenMasks } from 'gan-kit/layers';
 *
 * const answer = withFrozenMasks(() => 42);
 * ```
 */
export function withFrozenMasks<T>(fn: () => T): T {
  return frozenMasks.during('withFrozenMasks', fn);
}
