/**
 * The kind of rule that was broken.
 *
 * - `type`: the value is of the wrong kind (a string where a tensor is needed)
 * - `shape`: a tensor has the wrong rank, shape or dtype
 * - `value`: a number or an option is out of range
 * - `state`: the call came at the wrong time (disposed, not built), or a stored state does not fit
 * - `backend`: no backend could be loaded, or the current one cannot do the work
 */
export type GanKitErrorCode = 'type' | 'shape' | 'value' | 'state' | 'backend';

/** The details of a {@link GanKitError} besides its code and message. */
export interface GanKitErrorDetails {
  /** The function that refused. */
  readonly where: string;
  /** The argument or option that broke the rule. */
  readonly parameter?: string | undefined;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * The only class of error that gan-kit throws deliberately: `code` is the kind of rule that was broken, `where` the
 * function, `parameter` the argument. Programs should distinguish errors by these; the text may change between
 * versions.
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
  /** The argument or option that broke the rule, `'learningRate'` or `'ema.decay'`; undefined if none did. */
  readonly parameter: string | undefined;

  constructor(code: GanKitErrorCode, message: string, details: GanKitErrorDetails) {
    super(message, details);
    this.code = code;
    this.where = details.where;
    this.parameter = details.parameter;
  }
}

/**
 * Returns whether `error` was thrown by gan-kit. Works across copies of the package and across realms, unlike
 * `instanceof`.
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
