import { NestedMode } from '../../internal/nested_mode.js';

/** The mode in which every {@link Dropout} layer repeats its next mask. */
export const frozenMasks: NestedMode = new NestedMode();

/** Returns whether every call draws the same masks now. */
export const masksAreFrozen = (): boolean => frozenMasks.isOn;

/**
 * Runs `fn` while every {@link Dropout} layer repeats its next mask instead of drawing a new one at each
 * call. The same input then gives the same output, which numerical derivatives need.
 *
 * @param fn A synchronous function; calls may be nested.
 * @returns What `fn` returns.
 * @throws GanKitError if `fn` returns a promise: the mode would end before its work is done.
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
