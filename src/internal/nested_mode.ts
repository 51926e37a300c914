import { isPromise } from './brands.js';
import { checkFunction, fail } from './check.js';
import { freedIfThrown } from './freed_if_thrown.js';

/** A mode that is on while some function runs, also if such functions are nested. */
export class NestedMode {
  private depth = 0;

  /** Tells whether some function is running in this mode. */
  get isOn(): boolean {
    return this.depth > 0;
  }

  /** Runs `fn` in this mode or out of it, whatever the current mode. */
  exactly<T>(isOn: boolean, fn: () => T): T {
    const { depth } = this;
    this.depth = isOn ? 1 : 0;
    try {
      return fn();
    } finally {
      this.depth = depth;
    }
  }

  /**
   * Runs `fn` in this mode.
   *
   * @param where The public function, for errors.
   * @throws GanKitError if `fn` returns a promise: the mode would end before its work is done.
   */
  during<T>(where: string, fn: () => T): T {
    checkFunction(where, 'fn', fn);
    this.depth++;
    try {
      const result = freedIfThrown(fn);
      if (isPromise(result))
        fail('type', where, 'fn', 'a synchronous function', 'one that returns a promise');
      return result;
    } finally {
      this.depth--;
    }
  }
}
