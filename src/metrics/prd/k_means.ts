import { pace } from '../../internal/pace.js';
import type { RandomStream } from '../../internal/random.js';
import { squaredDistance } from '../neighbors/distance_bounds.js';
import type { Tile, DistanceBounds } from '../neighbors/distance_bounds.js';
import type { RowMatrix } from '../rows.js';

/** What {@link kMeans} clusters. */
export interface KMeansInputs {
  readonly rows: RowMatrix;
  /** Of `rows`; they serve many runs. */
  readonly bounds: DistanceBounds;
  /** How many clusters, at most as many as rows. */
  readonly clusters: number;
  /** Most rounds. */
  readonly iterations: number;
}

/**
 * The cluster of each row: k-means++ chooses centres, then Lloyd's rounds assign each row to its
 * nearest centre, of equal ones the first, and move each centre to the mean of its rows, until no row
 * changes. A cluster without rows keeps its centre.
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

/** k-means++: each next centre is a row, by chance in proportion to its squared distance to those so far. */
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
    // before the first centre, and where all rows are centres, each is as likely
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

/** The first index where the sum of weights exceeds a share of all. */
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
    // what no centre of the batch can be beyond and still be the nearest
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

/** Each centre to the mean of its rows. */
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
