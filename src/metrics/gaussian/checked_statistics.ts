import { isFloat64Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { FeatureStatistics } from './feature_statistics.js';
import type { GaussianStatistics } from './feature_statistics.js';

/** The bound on the size of values; squares and sums of larger ones might overflow. */
const LARGEST = 1e150;
/** The largest relative error of a covariance matrix that rounding explains, float32's included. */
export const TOLERANCE = 1e-5;
/** The number of columns of a covariance that are read together. */
const STRIP = 32;

/**
 * Returns mean and covariance. Refuses them if their sizes do not fit, a value is too large or not finite, or a
 * pair of features breaks the rules of covariances: σᵢⱼ = σⱼᵢ and |σᵢⱼ| ≤ σᵢσⱼ, up to rounding.
 */
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
  // in strips, so that the upper half, which is read by columns, stays in the processor's cache
  for (let strip = 0; strip < n; strip += STRIP)
    for (let i = strip; i < n; i++)
      for (let j = strip; j <= i && j < strip + STRIP; j++) {
        const bound = deviations[i]! * deviations[j]!; // by Cauchy and Schwarz
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
