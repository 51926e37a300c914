import { backend, dispose, matMul, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { checkNumber, checkOptions, fail } from '../internal/check.js';
import { pace } from '../internal/pace.js';
import { centredRows, columnMeans } from './centred_rows.js';
import type { CentredRows } from './centred_rows.js';
import { readRows } from './rows.js';
import type { RowMatrix, Rows } from './rows.js';

/** What {@link nearestNeighborDistance} compares. */
export interface NearestNeighborInputs {
  /** [N, …], each sample flattened. */
  readonly samples: Rows;
  /** [M, …] with samples of the same size, or chunks of them: an array, a generator, a stream. */
  readonly references: Rows | Iterable<Rows> | AsyncIterable<Rows>;
}

/** Options of {@link nearestNeighborDistance}. */
export interface NearestNeighborOptions {
  /** How many samples and references one product takes, an integer from 1 on; default 256. */
  batchSize?: number;
}

/** What {@link nearestNeighborDistance} finds, one entry per sample. */
export interface NearestNeighbors {
  readonly distances: Float64Array;
  /** Rows of the references, counted over all chunks. */
  readonly indices: Int32Array;
}

const WHERE = 'nearestNeighborDistance';

/**
 * The Euclidean distance of each sample to its nearest reference: `d(x) = minᵣ ‖x − r‖₂`.
 *
 * Generated images that lie much nearer to training images than test images do were memorised.
 *
 * The current backend computes `x·r` in float32, batch by batch. From `‖x‖² + ‖r‖² − 2 x·r`, less
 * the most that rounding can have added, follows which references may be the nearest; of these few
 * the distance is computed in float64. So distances are exact to float64's rounding, the index is
 * that of the true nearest (of equally near ones the first), and both are the same on every backend
 * and for every `batchSize`. Memory grows with the samples and the largest chunk only.
 *
 * @param inputs `samples` [N, …] and `references` [M, …], float32, M at least 1. Tensors stay alive,
 *   those that a generator makes too: it may dispose of one when asked for the next.
 * @param options `batchSize`, default 256.
 * @returns `distances` and `indices`, N each.
 * @throws GanKitError if an input has no rows, rows of another length, NaN or an infinity.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { nearestNeighborDistance } from 'gan-kit/metrics';
 *
 * const { distances, indices } = await nearestNeighborDistance({
 *   samples: tensor2d([[0, 0], [9, 9]]),
 *   references: [tensor2d([[3, 4]]), tensor2d([[9, 8]])],
 * });
 * console.log(distances, indices); // 5 and 1, 0 and 1
 * ```
 */
export async function nearestNeighborDistance(
  inputs: NearestNeighborInputs,
  options: NearestNeighborOptions = {},
): Promise<NearestNeighbors> {
  if (typeof inputs !== 'object' || inputs === null)
    fail('type', WHERE, 'inputs', '{ samples, references }', inputs);
  checkOptions(WHERE, inputs, ['samples', 'references']);
  checkOptions(WHERE, options, ['batchSize']);
  const { samples, references } = inputs;
  const { batchSize = 256 } = options;
  checkNumber(WHERE, 'batchSize', batchSize, { integer: true, min: 1 });
  const queries = await readRows(WHERE, 'samples', samples, { flatten: true });
  const centre = await columnMeans(queries);
  const search = new Search(queries, centre, batchSize);
  const turn = pace();
  try {
    let seen = 0;
    for await (const chunk of chunksOf(references)) {
      const rows = await readRows(WHERE, 'references', chunk, { flatten: true });
      if (rows.columns !== queries.columns)
        fail('shape', WHERE, 'references', `rows of ${queries.columns} values`, rows.columns);
      for (let start = 0; start < rows.rows; start += batchSize) {
        const batch = centredRows(rows, start, batchSize, centre);
        for (const block of search.blocks) {
          await search.compare(block, batch, rows, seen);
          await turn();
        }
      }
      seen += rows.rows;
    }
    if (seen === 0) fail('shape', WHERE, 'references', 'of at least one row', references);
    return { distances: search.squares.map(Math.sqrt), indices: search.indices };
  } finally {
    search.dispose();
  }
}

async function* chunksOf(references: NearestNeighborInputs['references']): AsyncGenerator<Rows> {
  if (typeof references !== 'object' || references === null)
    fail('type', WHERE, 'references', 'a tensor, { data, shape }, or chunks of them', references);
  if (Symbol.asyncIterator in references || Symbol.iterator in references) yield* references;
  else yield references;
}

/** Samples on the backend: the right operand of every product, which wasm packs only once. */
interface Block extends CentredRows {
  readonly transposed: Tensor2D;
}

/** The nearest references so far. */
class Search {
  readonly blocks: readonly Block[];
  readonly squares: Float64Array;
  readonly indices: Int32Array;
  private readonly tolerance: number;
  private readonly underflow: number;

  constructor(
    private readonly queries: RowMatrix,
    centre: Float64Array,
    batchSize: number,
  ) {
    const { rows, columns } = queries;
    this.squares = new Float64Array(rows).fill(Infinity);
    this.indices = new Int32Array(rows);
    const starts = Array.from({ length: Math.ceil(rows / batchSize) }, (_, i) => i * batchSize);
    this.blocks = starts.map((start) => {
      const block = centredRows(queries, start, batchSize, centre);
      return { ...block, transposed: tidy(() => transpose(upload(block, columns))) };
    });
    // |fl(x·r) − x·r| ≤ n u ‖x‖‖r‖ (Higham 2002, section 3.1), and centred values were rounded by u:
    // together at most (n/2 + 4) u (‖x‖ + ‖r‖)² in the squared distance
    const unit = backend().floatPrecision() === 16 ? 2 ** -11 : 2 ** -24;
    this.tolerance = (columns / 2 + 4) * unit;
    this.underflow = columns * 2 ** -125; // backends may flush small products to zero
  }

  /** Updates the samples of a block by a batch of `references`, whose first row has index `seen`. */
  async compare(
    block: Block,
    batch: CentredRows,
    references: RowMatrix,
    seen: number,
  ): Promise<void> {
    const { tolerance, underflow, queries } = this;
    const products = await this.products(block, batch);
    const nearest = this.squares.subarray(block.start, block.start + block.rows);
    const own = block.norms.map((norm) => (1 - tolerance) * norm * norm - underflow);
    for (let r = 0; r < batch.rows; r++) {
      const norm = batch.norms[r]!;
      const other = (1 - tolerance) * norm * norm;
      const cross = 2 * tolerance * norm;
      const at = r * block.rows;
      for (let i = 0; i < block.rows; i++) {
        const lowest = own[i]! + other - 2 * products[at + i]! - cross * block.norms[i]!;
        // written so that an overflow of float32, of either sign, is looked at too
        if (lowest >= nearest[i]! && lowest < Infinity) continue;
        const square = squaredDistance(queries, block.start + i, references, batch.start + r);
        if (square >= nearest[i]!) continue;
        nearest[i] = square;
        this.indices[block.start + i] = seen + batch.start + r;
      }
    }
  }

  /** x·r of all pairs, [references, samples]. */
  private async products(block: Block, batch: CentredRows): Promise<Float32Array> {
    const { columns } = this.queries;
    const product = tidy(() => matMul(upload(batch, columns), block.transposed));
    try {
      return (await product.data()) as Float32Array;
    } finally {
      product.dispose();
    }
  }

  dispose(): void {
    dispose(this.blocks.map(({ transposed }) => transposed));
  }
}

const upload = ({ values, rows }: CentredRows, columns: number) =>
  tensor2d(values, [rows, columns], 'float32');

/** In float64, of the values as they were given. */
function squaredDistance(a: RowMatrix, rowA: number, b: RowMatrix, rowB: number): number {
  const { columns } = a;
  let total = 0;
  for (let j = 0; j < columns; j++)
    total += (a.data[rowA * columns + j]! - b.data[rowB * columns + j]!) ** 2;
  return total;
}
