import type { Savepoint } from '../../internal/savepoint.js';

/** A moment to return to. */
export interface Known {
  readonly savepoint: Savepoint;
  readonly stepCount: number;
}

/**
 * The moments to return to if a reading finds a number that is not finite, the oldest first. Everything was finite at
 * the first of them; at the others as far as is known. There are none if every step was read.
 */
export class KnownStates {
  private moments: Known[] = [];

  /** Takes a moment if it is the only one, or if later ones must not wait for it; returns whether it was taken. */
  take(moment: Known, isBoundary: boolean): boolean {
    if (this.moments.length > 0 && !isBoundary) return false;
    this.moments.push(moment);
    return true;
  }

  /** Gives up a moment whose step failed; it was used up. */
  withdraw(moment: Known): void {
    this.moments = this.moments.filter((one) => one !== moment);
  }

  /** Returns the last moment. */
  get last(): Known | undefined {
    return this.moments.at(-1);
  }

  /** Returns whether a moment is one of these still. */
  has(moment: Known | undefined): boolean {
    return this.moments.some((one) => one === moment);
  }

  /**
   * Notes that everything was finite after a number of steps, and frees the moments before.
   *
   * @param now The number of steps made by now.
   */
  confirm(steps: number, now: number): void {
    const next = this.moments.findIndex(({ stepCount }) => stepCount >= steps);
    if (next === -1 && now !== steps) return; // nothing else is known of the steps since
    const old = this.moments.splice(0, next === -1 ? this.moments.length : next);
    for (const { savepoint } of old) savepoint.release();
  }

  /** Hands out the first moment, and frees the others. */
  goBack(): Known {
    const [first, ...others] = this.moments.splice(0) as [Known, ...Known[]];
    for (const { savepoint } of others) savepoint.release();
    return first;
  }

  /** Frees all moments. */
  forget(): void {
    for (const { savepoint } of this.moments.splice(0)) savepoint.release();
  }
}
