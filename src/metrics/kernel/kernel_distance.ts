import { fail } from '../../internal/check.js';
import { given, integer, number, oneOf } from '../../internal/option_kinds.js';
import { optional, readOptions } from '../../internal/read_options.js';
import type { OptionsOf } from '../../internal/read_options.js';
import { columnMeans } from '../centred_rows.js';
import { readFeatureSets } from '../feature_sets.js';
import type { FeatureSets } from '../feature_sets.js';
import { checkDdof, ddofOption, spread } from '../spread.js';
import { kernelSums } from './kernel_sums.js';
import type { Kernel } from './kernel_sums.js';
import { checkSubsets, DRAWING, drawSubsets } from './subsets.js';
import type { SubsetIndices } from './subsets.js';

/** Options of {@link kernelDistance}. */
export interface KernelDistanceOptions {
  /** The kernel, `'polynomial'` (default) or `'rbf'`. */
  kernel?: 'polynomial' | 'rbf';
  /** Exponent p of the polynomial, an integer from 1 on; default 3. */
  degree?: number;
  /** γ, the factor of x·y in the polynomial, above 0; default 1/d. */
  gamma?: number;
  /** c, the constant that the polynomial adds, 0 or more; default 1. */
  coefficient?: number;
  /** σ of the RBF kernel, above 0; default 10. */
  sigma?: number;
  /** Whether pairs of a sample with itself are left out (`'unbiased'`, the default) or included (`'biased'`). */
  estimator?: 'unbiased' | 'biased';
  /** Number of pairs of subsets that are compared, 1 or more; default 100. */
  subsets?: number;
  /** Number of samples in each subset, from 2 to the size of the smaller set; default 1000. */
  subsetSize?: number;
  /** Seed of the draw of subsets, any integer from 0 on; default 0. */
  seed?: number;
  /** Rows of the subsets, in place of `subsets`, `subsetSize` and `seed`. */
  indices?: SubsetIndices;
  /** Number subtracted from the number of subsets in the standard deviation, 0 (default) or 1. */
  ddof?: 0 | 1;
}

/** The mean and the deviation of a distance over subsets. */
export interface KernelDistance {
  /** Mean over the subsets; the unbiased one may be slightly below 0. */
  readonly mean: number;
  /** Standard deviation over the subsets. */
  readonly std: number;
}

/** The schema of the options of both kernels. */
const SHARED = {
  kernel: oneOf(['polynomial', 'rbf'], { default: 'polynomial' }),
  estimator: oneOf(['unbiased', 'biased'], { default: 'unbiased' }),
  ddof: ddofOption(),
  indices: given<SubsetIndices | undefined>(),
  ...DRAWING,
};

const POLYNOMIAL = {
  ...SHARED,
  degree: integer({ min: 1, default: 3 }),
  gamma: optional(number({ above: 0 })),
  coefficient: number({ min: 0, default: 1 }),
};

const RBF = { ...SHARED, sigma: number({ above: 0, default: 10 }) };

/**
 * Computes the kernel distance: the squared maximum mean discrepancy (MMD) between features, over subsets.
 *
 * For m real samples x and m fake samples y,
 * `MMD² = 1/(m(m−1)) Σ_{i≠j} [k(xᵢ, xⱼ) + k(yᵢ, yⱼ)] − 2/m² Σᵢⱼ k(xᵢ, yⱼ)`, with
 * `k(x, y) = (γ x·y + c)ᵖ` and γ = 1/d, c = 1, p = 3, or the RBF kernel
 * `k(x, y) = exp(−‖x − y‖² / (2σ²))`, σ = 10. `'biased'` keeps i = j and divides by m².
 *
 * The unbiased estimator has expectation 0 if the distributions are equal, for any number of samples. So
 * single values may be below 0, and a subset compared with itself gives a value below 0. The biased one is
 * never below 0, and is 0 for a subset compared with itself.
 *
 * With the 2,048 pool features of the Inception-v3 network of 2015 it is the KID; with other features it is
 * comparable only with distances from the same features. Everything is computed in float64 on the CPU: 100
 * subsets of 1,000 samples of 2,048 features take a minute. If subsets share many pairs of samples, each pair
 * is computed once, so smaller sets take less time: 3,000 samples each take five seconds, 1,000 take one.
 *
 * @param features `real` [N, d] and `fake` [M, d], float32. Both stay alive.
 * @param options See {@link KernelDistanceOptions}. Subsets are drawn without replacement.
 * @returns Mean and standard deviation of MMD² over the subsets.
 * @throws GanKitError if the features do not fit or contain NaN or an infinity, a subset is larger than
 *   a set, or an option is out of range; if the kernel overflows.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { kernelDistance } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const real = tensor2d([[-1], [0], [1]]);
 * const fake = tensor2d([[0], [1], [2]]);
 * const { mean } = await kernelDistance({ real, fake }, { subsets: 1, subsetSize: 3 });
 * console.log(mean); // → 1.6667
 * ```
 *
 * @see Bińkowski et al. 2018, arXiv 1801.01401, section 4; Gretton et al. 2012, "A kernel two-sample test", equation 3
 */
export async function kernelDistance(
  features: FeatureSets,
  options: KernelDistanceOptions = {},
): Promise<KernelDistance> {
  const where = 'kernelDistance';
  const kernel = SHARED.kernel(where, 'kernel', options?.kernel);
  const read =
    kernel === 'rbf'
      ? readOptions<unknown, typeof RBF>(where, options, RBF)
      : readOptions<unknown, typeof POLYNOMIAL>(where, options, POLYNOMIAL);
  const { estimator, ddof } = read;
  const sets = await readFeatureSets(where, features);
  const k = 'sigma' in read ? rbf(read.sigma) : polynomial(read, sets.real.columns);
  const { real, fake } =
    read.indices === undefined
      ? drawSubsets(where, sets, read)
      : givenSubsets(where, sets, read.indices, options);
  checkDdof(where, ddof, options.indices === undefined ? 'subsets' : 'indices', real.length);

  // distances do not depend on the centre, but those of vectors far from 0 lose digits
  const { columns } = sets.real;
  const centre = kernel === 'rbf' ? await columnMeans(sets.real) : new Float64Array(columns);
  const x = { matrix: sets.real, rows: real };
  const y = { matrix: sets.fake, rows: fake };
  const ofReal = await kernelSums(k, x, x, centre);
  const ofFake = await kernelSums(k, y, y, centre);
  const between = await kernelSums(k, x, y, centre);
  const distances = real.map(({ length: m }, s) => {
    const pairs = ofReal.pairs[s]! + ofFake.pairs[s]!;
    const selves = ofReal.selves[s]! + ofFake.selves[s]!;
    const within = estimator === 'unbiased' ? pairs / (m * (m - 1)) : (pairs + selves) / (m * m);
    return within - (2 * between.pairs[s]!) / (m * m);
  });
  const { mean, std } = spread(distances, ddof);
  if (!Number.isFinite(mean) || !Number.isFinite(std))
    fail('value', where, 'features', 'small enough for the kernel in float64', `MMD² ${mean}`);
  return { mean, std };
}

function givenSubsets(
  where: string,
  sets: Parameters<typeof drawSubsets>[1],
  indices: unknown,
  options: KernelDistanceOptions,
): SubsetIndices {
  const drawn = (['subsets', 'subsetSize', 'seed'] as const).find(
    (key) => options[key] !== undefined,
  );
  if (drawn !== undefined)
    fail('value', where, 'options', `without \`${drawn}\` where \`indices\` are given`, drawn);
  checkSubsets(where, sets, indices);
  return indices;
}

function polynomial(
  { degree, gamma: given, coefficient }: OptionsOf<typeof POLYNOMIAL>,
  columns: number,
): Kernel {
  const gamma = given ?? 1 / columns;
  return (product) => {
    const base = gamma * product + coefficient;
    let power = base;
    for (let i = 1; i < degree; i++) power *= base;
    return power;
  };
}

function rbf(sigma: number): Kernel {
  const scale = 1 / (2 * sigma * sigma);
  return (product, squareX, squareY) => Math.exp((2 * product - squareX - squareY) * scale);
}
