import { fail } from '../internal/check.js';

let depth = 0;

/** Whether running statistics stand still at the moment. */
export const statisticsAreFrozen = (): boolean => depth > 0;

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
  depth++;
  try {
    const result = fn();
    if (result instanceof Promise)
      fail(
        'type',
        'withFrozenStatistics',
        'fn',
        'a synchronous function',
        'one that returns a promise',
      );
    return result;
  } finally {
    depth--;
  }
}
