/** Milliseconds after which Ctrl-C counts again: one arrives twice, directly and through npm or tsx. */
const ONE_PRESS = 1000;

/**
 * Listens for Ctrl-C, which then no longer ends the program at once; pressed again after a second, it does.
 *
 * @param asked Called at the first one.
 * @returns A function that ends the listening.
 */
export function listenForInterrupt(asked: () => void): () => void {
  let since: number | undefined;
  const heard = (): void => {
    if (since === undefined) {
      since = performance.now();
      asked();
    } else if (performance.now() - since > ONE_PRESS) process.exit(130);
  };
  process.on('SIGINT', heard);
  return () => {
    if (since === undefined) process.off('SIGINT', heard);
    else setTimeout(() => process.off('SIGINT', heard), ONE_PRESS).unref();
  };
}

let controller: AbortController | undefined;

/**
 * Returns a signal that Ctrl-C aborts, so that a program can end between two steps with everything saved. From the first
 * call on, Ctrl-C no longer ends the program at once; pressed again after a second, it does.
 *
 * @returns The signal, the same one at each call.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { interruptSignal } from 'gan-kit/node';
 *
 * const signal = interruptSignal();
 * console.log(signal.aborted); // → false
 * ```
 */
export function interruptSignal(): AbortSignal {
  if (controller === undefined) {
    const made = (controller = new AbortController());
    listenForInterrupt(() => made.abort());
  }
  return controller.signal;
}
