/**
 * What a run listens to of an `AbortSignal`, which is one. It is a type of its own, because programs without the types of
 * the DOM or of Node have no `AbortSignal`.
 */
export interface RunSignal {
  /** Whether the run shall end. */
  readonly aborted: boolean;
  /** Calls a listener once the run shall end. */
  addEventListener(type: 'abort', listener: () => void): void;
  /** Forgets a listener. */
  removeEventListener(type: 'abort', listener: () => void): void;
}
