import { fail } from '../internal/check.js';
import type { Option } from '../internal/read_options.js';

/** The mean and standard deviation of a few values. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
}

/** Reads `ddof`, 0 or 1. */
export const ddofOption =
  (): Option<0 | 1> =>
  (where, parameter, value = 0) => {
    if (value !== 0 && value !== 1) fail('value', where, parameter, '0 or 1', value);
    return value;
  };

/** Refuses too few values for `ddof`; `parameter` is the option that sets their number. */
export function checkDdof(where: string, ddof: 0 | 1, parameter: string, count: number): void {
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

/** Computes the mean, and the standard deviation √(Σ(x − mean)² / (n − ddof)). */
export function spread(values: readonly number[], ddof: 0 | 1): Spread {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (values.length - ddof)) };
}
