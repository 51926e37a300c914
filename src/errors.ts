/**
 * What kind of rule was broken.
 *
 * - `type`: the value is of the wrong kind (a string where a tensor is needed)
 * - `shape`: a tensor has the wrong rank, shape or dtype
 * - `value`: a number or an option lies outside its range
 * - `state`: the call came at the wrong time (disposed, not built) or a stored state does not fit
 * - `backend`: no backend could be loaded, or the one at hand cannot do the work
 */
export type GanKitErrorCode = 'type' | 'shape' | 'value' | 'state' | 'backend';

/** What a {@link GanKitError} knows besides its code and its message. */
export interface GanKitErrorDetails {
  /** The function that refused. */
  readonly where: string;
  /** The argument or option that broke the rule. */
  readonly parameter?: string | undefined;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * The one class of error that gan-kit throws on purpose: `code` says what kind of rule was broken, `where` in which
 * function, `parameter` by what. Programs tell errors apart by these; the text may change from version to version.
 *
 * @example
 * ```ts
 * import { GanKitError } from 'gan-kit';
 * import { adam } from 'gan-kit/training';
 *
 * try {
 *   adam({ learningRate: -1 });
 * } catch (error) {
 *   if (error instanceof GanKitError) console.log(error.code, error.where, error.parameter); // → value adam learningRate
 * }
 * ```
 */
export class GanKitError extends Error {
  override readonly name = 'GanKitError';
  readonly code: GanKitErrorCode;
  /** The function that refused: `'adam'`. */
  readonly where: string;
  /** The argument or option that broke the rule, `'learningRate'` or `'ema.decay'`; undefined where none did. */
  readonly parameter: string | undefined;

  constructor(code: GanKitErrorCode, message: string, details: GanKitErrorDetails) {
    super(message, details);
    this.code = code;
    this.where = details.where;
    this.parameter = details.parameter;
  }
}

/**
 * Whether `error` was thrown by gan-kit. Works across copies of the package and across realms,
 * where `instanceof` does not.
 *
 * @param error anything that was caught.
 * @returns true for a `GanKitError` of any copy of the package.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { isGanKitError, loadBackend } from 'gan-kit';
 * import { hinge } from 'gan-kit/losses';
 *
 * await loadBackend();
 * try {
 *   hinge().generator({ fake: tensor1d([]) });
 * } catch (error) {
 *   console.log(isGanKitError(error) && error.code); // → shape
 * }
 * ```
 */
export function isGanKitError(error: unknown): error is GanKitError {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    (error as Partial<Error>).name === 'GanKitError'
  );
}
