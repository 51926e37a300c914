import { fail } from '../../internal/check.js';
import { cholesky } from '../../linalg/cholesky.js';
import { pivotedCholesky } from '../../linalg/pivoted_cholesky.js';
import { traceSqrtProduct } from '../../linalg/trace_sqrt_product.js';
import {
  checkedStatistics,
  largestVariance,
  refuseCovariance,
  TOLERANCE,
} from './checked_statistics.js';
import type { FeatureStatistics } from './feature_statistics.js';
import type { GaussianStatistics } from './feature_statistics.js';

/**
 * Computes the Fréchet distance between two Gaussians, squared, as the literature reports it.
 *
 * `d² = ‖μ₁ − μ₂‖² + Tr Σ₁ + Tr Σ₂ − 2 Tr √(Σ₁Σ₂)`
 *
 * Tr √(Σ₁Σ₂) is the nuclear norm of a product of the factors of Σ₁ and Σ₂, in float64: covariances may have
 * any rank, no complex number appears, no ε is added to a diagonal, and the result is never negative or NaN.
 * Equal statistics give 0 up to rounding, about 1e-14 of Tr Σ.
 *
 * It is the FID only with the 2,048 pool features of the Inception-v3 network of 2015; with other
 * features it is comparable only with distances from the same features. It falls with the number of
 * samples, so report that number, too.
 *
 * @param a Statistics of one set of features; `decodeStatisticsNPZ` reads them from a file, too.
 * @param b Statistics of the other set, of the same feature length.
 * @returns The distance, 0 or more.
 * @throws GanKitError if the statistics do not fit each other, are not finite, or a covariance is not
 *   symmetric positive semi-definite.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { frechetDistance } from 'gan-kit/metrics';
 *
 * const a = { mean: Float64Array.of(0, 0), covariance: Float64Array.of(1, 0, 0, 4) };
 * const b = { mean: Float64Array.of(3, 0), covariance: Float64Array.of(1, 0, 0, 1) };
 * console.log((await frechetDistance(a, b)).toFixed(4)); // 10.0000
 * ```
 *
 * @see Heusel et al. 2017, arXiv 1706.08500, equation 6
 */
export async function frechetDistance(
  a: GaussianStatistics | FeatureStatistics,
  b: GaussianStatistics | FeatureStatistics,
): Promise<number> {
  const where = 'frechetDistance';
  const first = checkedStatistics(where, 'a', a);
  const second = checkedStatistics(where, 'b', b);
  const n = first.mean.length;
  if (second.mean.length !== n)
    fail('shape', where, 'b', `of ${n} features, as \`a\``, second.mean.length);
  const traceSqrt = await traceSqrtProduct(await factor('a', first), await factor('b', second));

  let distance = -2 * traceSqrt;
  for (let i = 0; i < n; i++) {
    distance += (first.mean[i]! - second.mean[i]!) ** 2;
    distance += first.covariance[i * n + i]! + second.covariance[i * n + i]!;
  }
  return Math.max(distance, 0);
}

async function factor(
  parameter: string,
  statistics: GaussianStatistics,
): Promise<readonly Float64Array[]> {
  const { mean, covariance } = statistics;
  const triangle = await cholesky(covariance, mean.length);
  if (triangle !== undefined) return triangle;
  const { factor, deficit } = await pivotedCholesky(covariance, mean.length);
  if (deficit > TOLERANCE * largestVariance(statistics))
    refuseCovariance(
      'frechetDistance',
      parameter,
      `a matrix with ${-deficit} left on its diagonal`,
    );
  return factor;
}
