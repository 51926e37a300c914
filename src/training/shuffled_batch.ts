import { integer, seed as seedOption } from '../internal/option_kinds.js';
import { RandomStream } from '../internal/random.js';
import { readOptions } from '../internal/read_options.js';

/** Options of {@link shuffledBatch}. */
export interface ShuffledBatchOptions {
  /** Number of items in the data set. */
  count: number;
  /** Items per batch; at most `count`. */
  batchSize: number;
  /** The number of the batch, counted from 0 over all epochs. */
  index: number;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

let last: { key: string; order: Int32Array } | undefined;

/**
 * Returns the places of batch k of a data set in shuffled epochs: a pure function of (seed, k).
 *
 * Every epoch is a new random order; a remainder that does not fill a batch is dropped, and appears
 * elsewhere in the next epoch. A resumed run asks for batch k and continues as if it had never
 * stopped.
 *
 * @param options `count` and `batchSize` from 1 on, `index` from 0 on, `seed` default 0.
 * @returns `batchSize` places in [0, count).
 * @throws GanKitError if an option is out of range.
 *
 * @example
 * ```ts
 * import { shuffledBatch } from 'gan-kit/training';
 *
 * const places = shuffledBatch({ count: 60000, batchSize: 64, index: 12345, seed: 1 });
 * ```
 */
export function shuffledBatch(options: ShuffledBatchOptions): Int32Array {
  const where = 'shuffledBatch';
  const { count, batchSize, index, seed } = readOptions(where, options, {
    count: integer({ min: 1 }),
    batchSize: integer({ min: 1, max: options?.count }),
    index: integer({ min: 0 }),
    seed: seedOption(),
  });
  const perEpoch = Math.floor(count / batchSize);
  const epoch = Math.floor(index / perEpoch);
  const first = (index % perEpoch) * batchSize;
  // consecutive batches share an epoch; its order is cached, not state: it can be drawn again
  const key = `${seed}/${count}/${epoch}`;
  if (last?.key !== key)
    last = {
      key,
      order: new RandomStream(seed, where).fork('epochs').seek(epoch).permutation(count),
    };
  return last.order.slice(first, first + batchSize);
}
