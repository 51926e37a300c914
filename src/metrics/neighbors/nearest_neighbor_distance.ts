import { checkOptions, fail } from '../../internal/check.js';
import { integer } from '../../internal/option_kinds.js';
import { pace } from '../../internal/pace.js';
import { readOptions } from '../../internal/read_options.js';
import { columnMeans } from '../centred_rows.js';
import { readRows } from '../rows.js';
import type { RowMatrix, Rows } from '../rows.js';
import { DistanceBounds, squaredDistance } from './distance_bounds.js';
import type { Tile } from './distance_bounds.js';

/** The inputs of {@link nearestNeighborDistance}. */
export interface NearestNeighborInputs {
  /** Samples [N, …]; each is flattened. */
  readonly samples: Rows;
  /** References [M, …] of the same size per sample, or chunks of them: an array, a generator or a stream. */
  readonly references: Rows | Iterable<Rows> | AsyncIterable<Rows>;
}

/** Options of {@link nearestNeighborDistance}. */
export interface NearestNeighborOptions {
  /** Number of samples and of references in one product, an integer from 1 on; default 256. */
  batchSize?: number;
}

/** The result of {@link nearestNeighborDistance}, one entry per sample. */
export interface NearestNeighbors {
  readonly distances: Float64Array;
  /** Rows of the nearest references, counted over all chunks. */
  readonly indices: Int32Array;
}

const WHERE = 'nearestNeighborDistance';

/**
 * Computes the Euclidean distance of each sample to its nearest reference: `d(x) = minᵣ ‖x − r‖₂`.
 *
 * A generator has memorized training images if its images are much nearer to them than test images are.
 *
 * The current backend computes `x·r` in float32, batch by batch. `‖x‖² + ‖r‖² − 2 x·r`, minus the largest
 * possible rounding error, shows which references may be the nearest; only for these few, the distance is
 * computed in float64. So distances are exact up to the rounding of float64, and the index is that of the true
 * nearest reference (the first one if several are equally near). Both are the same on every backend and for
 * every `batchSize`. Memory grows only with the samples and the largest chunk.
 *
 * @param inputs `samples` [N, …] and `references` [M, …], float32, M at least 1. Tensors stay alive, also
 *   those from a generator, which may dispose of one when it is asked for the next.
 * @param options `batchSize`, default 256.
 * @returns `distances` and `indices`, N each.
 * @throws GanKitError if an input has no rows, rows of another length, NaN or an infinity; if `batchSize` is
 *   out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { nearestNeighborDistance } from 'gan-kit/metrics';
 *
 * await loadBackend();
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
  checkOptions(WHERE, inputs, ['samples', 'references'], 'inputs');
  const { samples, references } = inputs;
  const { batchSize } = readOptions(WHERE, options, {
    batchSize: integer({ min: 1, default: 256 }),
  });
  const queries = await readRows(WHERE, 'samples', samples, { flatten: true });
  const bounds = new DistanceBounds(queries, await columnMeans(queries), batchSize);
  const nearest = {
    squares: new Float64Array(queries.rows).fill(Infinity),
    indices: new Int32Array(queries.rows),
  };
  const turn = pace();
  try {
    let seen = 0;
    for await (const chunk of chunksOf(references)) {
      const rows = await readRows(WHERE, 'references', chunk, { flatten: true });
      if (rows.columns !== queries.columns)
        fail('shape', WHERE, 'references', `rows of ${queries.columns} values`, rows.columns);
      for (let start = 0; start < rows.rows; start += batchSize) {
        const batch = bounds.batch(rows, start);
        for (const block of bounds.blocks) {
          update(nearest, await bounds.between(block, batch), queries, rows, seen);
          await turn();
        }
      }
      seen += rows.rows;
    }
    if (seen === 0) fail('shape', WHERE, 'references', 'of at least one row', references);
    return { distances: nearest.squares.map(Math.sqrt), indices: nearest.indices };
  } finally {
    bounds.dispose();
  }
}

async function* chunksOf(references: NearestNeighborInputs['references']): AsyncGenerator<Rows> {
  if (typeof references !== 'object' || references === null)
    fail('type', WHERE, 'references', 'a tensor, { data, shape }, or chunks of them', references);
  if (Symbol.asyncIterator in references || Symbol.iterator in references) yield* references;
  else yield references;
}

/** Stores the rows of a tile that are nearer than those so far; the first row of `references` has index `seen`. */
function update(
  { squares, indices }: { squares: Float64Array; indices: Int32Array },
  { block, batch, lowest }: Tile,
  queries: RowMatrix,
  references: RowMatrix,
  seen: number,
): void {
  for (let r = 0; r < batch.rows; r++)
    for (let i = 0; i < block.rows; i++) {
      const sample = block.start + i;
      if (lowest[r * block.rows + i]! >= squares[sample]!) continue;
      const square = squaredDistance(queries, sample, references, batch.start + r);
      if (square >= squares[sample]!) continue;
      squares[sample] = square;
      indices[sample] = seen + batch.start + r;
    }
}
