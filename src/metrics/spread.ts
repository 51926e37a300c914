import { fail } from '../internal/check.js';

/** Mean and standard deviation of a few values. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
}

/** Checks `ddof`, and that there are values enough for it; `parameter` says how many there are. */
export function checkDdof(where: string, ddof: unknown, parameter: string, count: number): void {
  if (ddof !== 0 && ddof !== 1) fail('value', where, 'ddof', '0 or 1', ddof);
  if (count <= ddof)
    fail(
      'value',
      where,
      parameter,
      'at least 2 with `ddof` 1',
      count,
      'One value has no such deviation; with { ddof: 0 } it is 0.',
    );
}

/** The mean, and the root of the mean squared deviation from it over n − ddof. */
export function spread(values: readonly number[], ddof: 0 | 1): Spread {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (values.length - ddof)) };
}
