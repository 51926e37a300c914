import { boolean, integer, number } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { checkNeighbors, readFeatureSets } from '../feature_sets.js';
import type { FeatureSets } from '../feature_sets.js';
import type { RowMatrix } from '../rows.js';
import { distanceTiles, squaredDistance } from './distance_bounds.js';
import type { Tile } from './distance_bounds.js';
import { ballsOf } from './neighborhoods.js';

/** Options of {@link realism}. */
export interface RealismOptions {
  /** Number of neighbours k: a ball reaches to the k-th nearest other real sample; 1 or more, default 3. */
  neighbors?: number;
  /** Percentile of the radii up to which balls are kept, above 0, at most 100; default 50. */
  percentile?: number;
  /** Whether the squares of radius and distance are divided, as in the authors' code; default false. */
  squared?: boolean;
  /** ε in the denominator, above 0; default 1e-5. */
  epsilon?: number;
  /** Number of rows of each set in one product, an integer from 1 on; default 256. */
  batchSize?: number;
}

/**
 * Computes the realism of each fake sample: how near it is to a real one, compared with how near real samples
 * are to each other.
 *
 * `R(φ_g) = max over reals φ_r of ‖φ_r − NNₖ(φ_r)‖₂ / (‖φ_g − φ_r‖₂ + ε)`
 *
 * A sample with a score of 1 or more, apart from ε, is in one of the balls of `precisionRecall`. Only balls up
 * to the median radius are kept, as in the paper: balls in sparse regions are large, and everything in them
 * would count as real. The paper has no ε, and divides by zero for a copy of a real sample. The authors' code
 * has 1e-5, but divides squares: `{ squared: true }` gives its numbers. Exactness and cost are those of
 * `precisionRecall`.
 *
 * @param features `real` [N, d] and `fake` [M, d], float32; N above `neighbors`. Both stay alive.
 * @param options `neighbors`: default 3. `percentile`: default 50, the median; 100 keeps all.
 *   `squared`: default false. `epsilon`: default 1e-5. `batchSize`: default 256.
 * @returns One score for each fake sample, 0 or more.
 * @throws GanKitError if the features do not fit, contain NaN or an infinity, or are too few; if an
 *   option is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { realism } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const real = tensor2d([[0], [1], [2], [10]]);
 * const fake = tensor2d([[0.5], [4]]);
 * console.log(await realism({ real, fake }, { neighbors: 1 })); // → Float64Array(2) [ 2.00, 0.50 ]
 * ```
 *
 * @see Kynkäänniemi et al. 2019, arXiv 1904.06991, equation 3
 */
export async function realism(
  features: FeatureSets,
  options: RealismOptions = {},
): Promise<Float64Array> {
  const where = 'realism';
  const { neighbors, percentile, squared, epsilon, batchSize } = readOptions(where, options, {
    neighbors: integer({ min: 1, default: 3 }),
    percentile: number({ above: 0, max: 100, default: 50 }),
    squared: boolean({ default: false }),
    epsilon: number({ above: 0, default: 1e-5 }),
    batchSize: integer({ min: 1, default: 256 }),
  });
  const { real, fake } = await readFeatureSets(where, features);
  checkNeighbors(where, neighbors, { real });

  const { squares } = await ballsOf(real, neighbors, batchSize);
  const sorted = squares.slice().sort();
  const largest = sorted[Math.floor(((real.rows - 1) * percentile) / 100)]!;
  const measure = squared ? (square: number) => square : Math.sqrt;
  const radii = squares.map((square) => (square <= largest ? measure(square) : 0));
  const scores = new Float64Array(fake.rows);
  for await (const tile of distanceTiles(real, fake, batchSize))
    raise(scores, tile, { real, fake, radii, measure, epsilon });
  return scores;
}

interface Comparison {
  readonly real: RowMatrix;
  readonly fake: RowMatrix;
  readonly radii: Float64Array;
  readonly measure: (square: number) => number;
  readonly epsilon: number;
}

function raise(
  scores: Float64Array,
  { block, batch, lowest }: Tile,
  { real, fake, radii, measure, epsilon }: Comparison,
): void {
  for (let r = 0; r < batch.rows; r++)
    for (let i = 0; i < block.rows; i++) {
      const radius = radii[block.start + i]!;
      const point = batch.start + r;
      const nearest = measure(Math.max(lowest[r * block.rows + i]!, 0));
      if (radius / (nearest + epsilon) <= scores[point]!) continue;
      const distance = measure(squaredDistance(real, block.start + i, fake, point));
      scores[point] = Math.max(scores[point]!, radius / (distance + epsilon));
    }
}
