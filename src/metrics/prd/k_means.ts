import { pace } from '../../internal/pace.js';
import type { RandomStream } from '../../internal/random.js';
import { squaredDistance } from '../neighbors/distance_bounds.js';
import type { Tile, DistanceBounds } from '../neighbors/distance_bounds.js';
import type { RowMatrix } from '../rows.js';

/** The inputs of {@link kMeans}. */
export interface KMeansInputs {
  readonly rows: RowMatrix;
  /** The bounds of `rows`; many runs share them. */
  readonly bounds: DistanceBounds;
  /** The number of clusters, at most that of the rows. */
  readonly clusters: number;
  /** The most rounds. */
  readonly iterations: number;
}

/**
 * Finds the cluster of each row: k-means++ chooses centres. Then each of Lloyd's rounds assigns each row to its
 * nearest centre, the first one if several are equally near, and moves each centre to the mean of its rows,
 * until no row changes its cluster or the rounds are over. A cluster without rows keeps its centre.
 */
export async function kMeans(inputs: KMeansInputs, random: RandomStream): Promise<Int32Array> {
  const { rows, bounds, clusters, iterations } = inputs;
  const centres = await chooseCentres(rows, clusters, random);
  let labels = new Int32Array(rows.rows).fill(-1);
  for (let round = 0; round < iterations; round++) {
    const nearest = await nearestCentres(rows, bounds, centres);
    if (nearest.every((label, row) => label === labels[row])) break;
    labels = nearest;
    await moveCentres(rows, centres, labels);
  }
  return labels;
}

/**
 * Chooses centres by k-means++: each next centre is a row, drawn with a probability in proportion to its squared
 * distance to the nearest centre so far.
 */
async function chooseCentres(
  rows: RowMatrix,
  clusters: number,
  random: RandomStream,
): Promise<RowMatrix> {
  const { columns } = rows;
  const draws = random.uniformValues(clusters);
  const centres = new Float64Array(clusters * columns);
  const distances = new Float64Array(rows.rows).fill(Infinity);
  const turn = pace();
  for (let k = 0; k < clusters; k++) {
    // all rows are equally likely for the first centre, and once each row equals a centre
    const uniform = k === 0 || distances.every((distance) => distance === 0);
    const weights = uniform ? new Float64Array(rows.rows).fill(1) : distances;
    const row = drawn(weights, draws[k]!);
    centres.set(rows.data.subarray(row * columns, (row + 1) * columns), k * columns);
    for (let i = 0; i < rows.rows; i++) {
      distances[i] = Math.min(distances[i]!, squaredDistance(rows, i, rows, row));
      await turn();
    }
  }
  return { data: centres, rows: clusters, columns };
}

/** Finds the first index at which the sum of weights exceeds a share of the total. */
function drawn(weights: Float64Array, share: number): number {
  const total = weights.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    if (sum > share * total) return i;
  }
  return weights.length - 1;
}

async function nearestCentres(
  rows: RowMatrix,
  bounds: DistanceBounds,
  centres: RowMatrix,
): Promise<Int32Array<ArrayBuffer>> {
  const labels = new Int32Array(rows.rows);
  const squares = new Float64Array(rows.rows).fill(Infinity);
  const turn = pace();
  for (let start = 0; start < centres.rows;) {
    const batch = bounds.batch(centres, start);
    for (const block of bounds.blocks) {
      assign(labels, squares, await bounds.between(block, batch), rows, centres);
      await turn();
    }
    start += batch.rows;
  }
  return labels;
}

function assign(
  labels: Int32Array,
  squares: Float64Array,
  { block, batch, lowest, highest }: Tile,
  rows: RowMatrix,
  centres: RowMatrix,
): void {
  for (let i = 0; i < block.rows; i++) {
    const row = block.start + i;
    // a centre that is surely farther than this is not the nearest
    let limit = squares[row]!;
    for (let r = 0; r < batch.rows; r++) limit = Math.min(limit, highest[r * block.rows + i]!);
    for (let r = 0; r < batch.rows; r++) {
      if (lowest[r * block.rows + i]! > limit) continue;
      const square = squaredDistance(rows, row, centres, batch.start + r);
      if (square >= squares[row]!) continue;
      squares[row] = square;
      labels[row] = batch.start + r;
    }
  }
}

/** Moves each centre to the mean of its rows. */
async function moveCentres(rows: RowMatrix, centres: RowMatrix, labels: Int32Array): Promise<void> {
  const { columns } = rows;
  const counts = new Float64Array(centres.rows);
  const sums = new Float64Array(centres.data.length);
  const turn = pace();
  for (let row = 0; row < rows.rows; row++) {
    const label = labels[row]!;
    counts[label]!++;
    for (let j = 0; j < columns; j++) sums[label * columns + j]! += rows.data[row * columns + j]!;
    await turn();
  }
  for (let k = 0; k < centres.rows; k++)
    if (counts[k]! > 0)
      for (let j = 0; j < columns; j++)
        centres.data[k * columns + j] = sums[k * columns + j]! / counts[k]!;
}
