import { expect } from 'vitest';

type Values = ArrayLike<number>;

interface Closeness {
  /** Share of the largest absolute reference value. */
  readonly rtol?: number;
  /** Absolute part of the bound. */
  readonly atol?: number;
}

declare module 'vitest' {
  interface Matchers<T> {
    /**
     * Two-sided: max|received − expected| ≤ rtol · max|expected| + atol, equal lengths, and
     * non-finite values only where the reference has the very same ones.
     */
    toBeAllclose(expected: Values | number, closeness?: Closeness): T;
  }
}

const isNumbers = (value: unknown): value is ArrayLike<number> =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

/**
 * Compares typed arrays by one loop, to what `toEqual` says of them: it calls a function for each pair of numbers,
 * and a checkpoint has millions.
 */
function sameNumbers(received: unknown, expected: unknown): boolean | undefined {
  if (!isNumbers(received) || !isNumbers(expected)) return undefined;
  if (received.constructor !== expected.constructor) return undefined;
  if (received.length !== expected.length) return false;
  for (let i = 0; i < received.length; i++) if (!Object.is(received[i], expected[i])) return false;
  return true;
}
expect.addEqualityTesters([sameNumbers]);

expect.extend({
  toBeAllclose(received: Values | number, expected: Values | number, closeness: Closeness = {}) {
    const { rtol = 1e-6, atol = 0 } = closeness;
    const got = typeof received === 'number' ? [received] : received;
    const want = typeof expected === 'number' ? [expected] : expected;
    const no = (why: string) => ({ pass: false, message: () => why });
    if (got === null || got === undefined || typeof got.length !== 'number')
      return no(`expected an array of numbers, received ${JSON.stringify(received)}`);
    if (got.length !== want.length)
      return no(`expected ${want.length} values, received ${got.length}`);
    if (want.length === 0) return no('expected at least one value to compare');
    let scale = 0;
    for (let i = 0; i < want.length; i++)
      if (Number.isFinite(want[i])) scale = Math.max(scale, Math.abs(want[i]!));
    const bound = rtol * scale + atol;
    let worst = 0;
    let at = 0;
    for (let i = 0; i < want.length; i++) {
      const a = got[i]!;
      const b = want[i]!;
      if (!Number.isFinite(a) || !Number.isFinite(b)) {
        if (!Object.is(a, b)) return no(`[${i}]: received ${a}, expected ${b}`);
        continue;
      }
      if (Math.abs(a - b) > worst) {
        worst = Math.abs(a - b);
        at = i;
      }
    }
    return {
      pass: worst <= bound,
      message: () =>
        `max |difference| ${worst} at [${at}] (received ${got[at]}, expected ${want[at]}), bound ${bound} (scale ${scale})`,
    };
  },
});
