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
  /** Which kernel, `'polynomial'` (default) or `'rbf'`. */
  kernel?: 'polynomial' | 'rbf';
  /** The power of the polynomial, an integer from 1 on; default 3. */
  degree?: number;
  /** What the polynomial multiplies x·y by; default 1/d. */
  gamma?: number;
  /** What the polynomial adds; default 1. */
  coefficient?: number;
  /** σ > 0 of the RBF kernel; default 10. */
  sigma?: number;
  /** Whether pairs of a sample with itself are left out (`'unbiased'`, the default) or not. */
  estimator?: 'unbiased' | 'biased';
  /** How many pairs of subsets are compared; default 100. */
  subsets?: number;
  /** How many samples of each set a subset has, from 2 to the smaller set's; default 1000. */
  subsetSize?: number;
  /** Draws the subsets: any integer from 0 on; default 0. */
  seed?: number;
  /** Which rows make the subsets, in place of `subsets`, `subsetSize` and `seed`. */
  indices?: SubsetIndices;
  /** What is subtracted from the number of subsets in the deviation, 0 (default) or 1. */
  ddof?: 0 | 1;
}

/** A distance over subsets. */
export interface KernelDistance {
  /** The mean over the subsets; slightly below 0 at times, if unbiased. */
  readonly mean: number;
  /** The standard deviation over the subsets. */
  readonly std: number;
}

/** The options of every kernel. */
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
 * The kernel distance: the squared maximum mean discrepancy (MMD) between features, over subsets.
 *
 * Of m real samples x and m fake ones y,
 * `MMD² = 1/(m(m−1)) Σ_{i≠j} [k(xᵢ, xⱼ) + k(yᵢ, yⱼ)] − 2/m² Σᵢⱼ k(xᵢ, yⱼ)`, with
 * `k(x, y) = (γ x·y + c)ᵖ` and γ = 1/d, c = 1, p = 3, or the RBF kernel
 * `k(x, y) = exp(−‖x − y‖² / (2σ²))`, σ = 10. `'biased'` keeps i = j and divides by m².
 *
 * Unbiased, its expectation is 0 where the distributions are equal, for any number of samples; so
 * single values may be below 0, and a subset compared with itself gives less than 0. Biased it is
 * never below 0, and 0 of a subset with itself.
 *
 * With the 2,048 pool features of the Inception-v3 network of 2015 it is the KID; with others it is
 * comparable only with distances from the same features. All is float64 on the CPU: 100 subsets of
 * 1,000 of 2,048 features take a minute. Where subsets share pairs of samples, each pair is computed
 * once, so that fewer samples take less: 3,000 of each five seconds, 1,000 of each one.
 *
 * @param features `real` [N, d] and `fake` [M, d], float32. Both stay alive.
 * @param options See {@link KernelDistanceOptions}. Subsets are drawn without replacement.
 * @returns Mean and standard deviation of MMD² over the subsets.
 * @throws GanKitError if the features do not fit or hold NaN or an infinity, a subset is larger than
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

  // distances do not change with the centre, but of vectors far from 0 they lose digits
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
