import { isFloat64Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { FeatureStatistics } from './feature_statistics.js';
import type { GaussianStatistics } from './feature_statistics.js';

/** Squares and sums of what is larger might overflow. */
const LARGEST = 1e150;
/** How far rounding, float32's included, may take a covariance matrix from being one. */
export const TOLERANCE = 1e-5;
/** So many columns of a covariance are looked at together. */
const STRIP = 32;

/** Checks that mean and covariance fit each other, are finite, and pass for a covariance pair by pair. */
export function checkedStatistics(
  where: string,
  parameter: string,
  value: GaussianStatistics | FeatureStatistics,
): GaussianStatistics {
  const statistics = value instanceof FeatureStatistics ? value.value() : value;
  const { mean, covariance } = statistics ?? {};
  if (!isFloat64Array(mean) || !isFloat64Array(covariance))
    fail('type', where, parameter, 'a FeatureStatistics or { mean, covariance }', value);
  const n = mean.length;
  if (n < 1 || covariance.length !== n * n)
    fail(
      'shape',
      where,
      `${parameter}.covariance`,
      'the square of a mean of at least one value',
      `lengths ${covariance.length} and ${n}`,
    );
  if (!(bounded(mean) && bounded(covariance)))
    fail('value', where, parameter, `finite and below ${LARGEST}`, 'a larger value, or NaN');
  const largest = largestVariance(statistics);
  const deviations = mean.map((_, i) => Math.sqrt(covariance[i * n + i]!));
  // strip by strip, as both halves are read together, one of them down its columns
  for (let strip = 0; strip < n; strip += STRIP)
    for (let i = strip; i < n; i++)
      for (let j = strip; j <= i && j < strip + STRIP; j++) {
        const bound = deviations[i]! * deviations[j]!; // Cauchy, Schwarz
        const lower = covariance[i * n + j]!;
        const upper = covariance[j * n + i]!;
        const slack = TOLERANCE * bound + Number.EPSILON * largest;
        if (!(Math.abs(lower - upper) <= slack && Math.abs(lower) <= bound + slack))
          refuseCovariance(where, parameter, `${lower} and ${upper} at (${i}, ${j})`);
      }
  return statistics;
}

function bounded(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]!) < LARGEST)) return false;
  return true;
}

export const largestVariance = ({ mean, covariance }: GaussianStatistics): number =>
  mean.reduce((largest, _, i) => Math.max(largest, covariance[i * mean.length + i]!), 0);

export function refuseCovariance(where: string, parameter: string, received: string): never {
  fail('value', where, `${parameter}.covariance`, 'symmetric positive semi-definite', received);
}
