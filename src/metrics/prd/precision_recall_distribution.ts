import { isFloat32Array, isInt32Array } from '../../internal/brands.js';
import { checkNumber, fail } from '../../internal/check.js';
import { boolean, given, integer, seed as seedOption } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import { readOptions } from '../../internal/read_options.js';
import type { OptionsOf } from '../../internal/read_options.js';
import { columnMeans } from '../centred_rows.js';
import { readFeatureSets } from '../feature_sets.js';
import type { FeatureSets } from '../feature_sets.js';
import { DistanceBounds } from '../neighbors/distance_bounds.js';
import type { RowMatrix } from '../rows.js';
import { kMeans } from './k_means.js';
import { curve, CURVE, withScores } from './precision_recall_curve.js';
import type {
  PrecisionRecallCurve,
  PrecisionRecallCurveOptions,
} from './precision_recall_curve.js';

/** The cluster of each row of both sets. */
export interface ClusterLabels {
  readonly real: Int32Array;
  readonly fake: Int32Array;
}

/** Options of {@link precisionRecallDistribution}. */
export interface PrecisionRecallDistributionOptions extends PrecisionRecallCurveOptions {
  /** Number of clusters, from 1 to N + M; default 20. */
  clusters?: number;
  /** Number of clusterings that are averaged, an integer from 1 on; default 10. */
  runs?: number;
  /** Maximum number of rounds of a clustering, an integer from 1 on; default 100. */
  iterations?: number;
  /** Seed of the first centres of the clusterings, any integer from 0 on; default 0. */
  seed?: number;
  /** Clusterings made elsewhere, one per run, in place of `runs`, `iterations`, `seed` and `batchSize`. */
  labels?: readonly ClusterLabels[];
  /** Whether sets of different sizes are refused; default true. */
  balanced?: boolean;
  /** Number of rows of each set in one product, an integer from 1 on; default 256. */
  batchSize?: number;
}

/** The schema of the options that `labels` replace. */
const CLUSTERING = {
  runs: integer({ min: 1, default: 10 }),
  iterations: integer({ min: 1, default: 100 }),
  seed: seedOption(),
  batchSize: integer({ min: 1, default: 256 }),
};

/**
 * Computes precision and recall for distributions (PRD): a curve of the part of one distribution that the other
 * can generate.
 *
 * k-means clusters real and fake features together. The curves that `precisionRecallCurve` computes from the two
 * histograms over clusters are averaged over runs, and F_β and F_{1/β} are the largest on that average.
 *
 * Clusterings are by k-means++ and Lloyd's rounds. Float32 products of the current backend do most of the work,
 * and float64 decides, so a seed gives the same numbers on every backend. The authors' code uses scikit-learn's
 * MiniBatchKMeans, the best of ten starts, without a seed. To get its numbers, pass its clusters as `labels`.
 *
 * @param features `real` [N, d] and `fake` [M, d], float32. Both stay alive.
 * @param options `clusters`: default 20. `runs`: default 10. `angles`: 1001. `epsilon`: 1e-10.
 *   `beta`: 8. `fEpsilon`: 0. `balanced`: true, because the larger of two sets attracts the clusters. See
 *   {@link PrecisionRecallDistributionOptions}.
 * @returns The averaged curve and its two F scores.
 * @throws GanKitError if the features do not fit or contain NaN or an infinity, the sizes of the sets
 *   differ and `balanced` is not false, or an option is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { precisionRecallDistribution } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const real = tensor2d([[0], [1], [100], [101]]);
 * const fake = tensor2d([[0.5], [0.6], [0.7], [0.8]]); // one of two modes
 * const { fBeta, fInverseBeta } = await precisionRecallDistribution({ real, fake }, { clusters: 2 });
 * console.log(fBeta, fInverseBeta); // → 0.504 0.985
 * ```
 *
 * @see Sajjadi et al. 2018, arXiv 1806.00035, section 3
 */
export async function precisionRecallDistribution(
  features: FeatureSets,
  options: PrecisionRecallDistributionOptions = {},
): Promise<PrecisionRecallCurve> {
  const where = 'precisionRecallDistribution';
  const read = readOptions(where, options, {
    ...CLUSTERING,
    clusters: integer({ min: 1, default: 20 }),
    balanced: boolean({ default: true }),
    labels: given<readonly ClusterLabels[] | undefined>(),
    ...CURVE,
  });
  const { clusters, balanced, labels } = read;
  const { real, fake } = await readFeatureSets(where, features);
  if (balanced && real.rows !== fake.rows)
    fail(
      'shape',
      where,
      'fake',
      `of ${real.rows} rows, as \`real\``,
      fake.rows,
      'Clusters are drawn to the larger set; { balanced: false } allows it.',
    );
  const most = real.rows + fake.rows;
  checkNumber(where, 'clusters', clusters, { integer: true, min: 1, max: most });
  const runs =
    labels === undefined
      ? await clusterings(where, real, fake, read)
      : checkedLabels(where, labels, { real, fake }, clusters, options);

  const precision = new Float64Array(read.angles);
  const recall = new Float64Array(read.angles);
  for (const run of runs) {
    const one = curve(shares(run.real, clusters), shares(run.fake, clusters), read);
    for (let i = 0; i < read.angles; i++) {
      precision[i]! += one.precision[i]!;
      recall[i]! += one.recall[i]!;
    }
  }
  const mean = (sums: Float64Array) => sums.map((sum) => sum / runs.length);
  return withScores({ precision: mean(precision), recall: mean(recall) }, read);
}

async function clusterings(
  where: string,
  real: RowMatrix,
  fake: RowMatrix,
  options: OptionsOf<typeof CLUSTERING> & { readonly clusters: number },
): Promise<ClusterLabels[]> {
  const { clusters, runs, iterations, seed, batchSize } = options;
  const random = new RandomStream(seed, where);
  const rows = joined(real, fake);
  const bounds = new DistanceBounds(rows, await columnMeans(rows), batchSize);
  const found: ClusterLabels[] = [];
  try {
    for (let run = 0; run < runs; run++) {
      const labels = await kMeans({ rows, bounds, clusters, iterations }, random);
      found.push({ real: labels.subarray(0, real.rows), fake: labels.subarray(real.rows) });
    }
  } finally {
    bounds.dispose();
  }
  return found;
}

function joined(a: RowMatrix, b: RowMatrix): RowMatrix {
  const float32 = isFloat32Array(a.data) && isFloat32Array(b.data);
  const data = new (float32 ? Float32Array : Float64Array)(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { data, rows: a.rows + b.rows, columns: a.columns };
}

function checkedLabels(
  where: string,
  labels: unknown,
  sets: Readonly<Record<'real' | 'fake', RowMatrix>>,
  clusters: number,
  options: PrecisionRecallDistributionOptions,
): readonly ClusterLabels[] {
  const other = (['runs', 'iterations', 'seed', 'batchSize'] as const).find(
    (key) => options[key] !== undefined,
  );
  if (other !== undefined)
    fail('value', where, 'options', `without \`${other}\` where \`labels\` are given`, other);
  if (!Array.isArray(labels) || labels.length === 0)
    fail('type', where, 'labels', 'an array of { real, fake }, one per run', labels);
  labels.forEach((run: unknown, at) => {
    for (const set of ['real', 'fake'] as const) {
      const list = (run as Partial<ClusterLabels> | null | undefined)?.[set];
      const parameter = `labels[${at}].${set}`;
      if (!isInt32Array(list)) fail('type', where, parameter, 'an Int32Array', list);
      if (list.length !== sets[set].rows)
        fail('shape', where, parameter, `one for each of ${sets[set].rows} rows`, list.length);
      const bad = list.find((label) => label < 0 || label >= clusters);
      if (bad !== undefined) fail('value', where, parameter, `clusters below ${clusters}`, bad);
    }
  });
  return labels as ClusterLabels[];
}

/** Computes the share of each cluster. */
function shares(labels: Int32Array, clusters: number): Float64Array {
  const counts = new Float64Array(clusters);
  for (const label of labels) counts[label]!++;
  return counts.map((count) => count / labels.length);
}
