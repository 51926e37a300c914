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

/** The one class of error that gan-kit throws on purpose. */
export class GanKitError extends Error {
  override readonly name = 'GanKitError';
  readonly code: GanKitErrorCode;

  constructor(code: GanKitErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Whether `error` was thrown by gan-kit. Works across copies of the package and across realms,
 * where `instanceof` does not.
 */
export function isGanKitError(error: unknown): error is GanKitError {
  return error instanceof Error && error.name === 'GanKitError' && 'code' in error;
}
