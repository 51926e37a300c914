/**
 * Computes the Fréchet distance between the two halves of MNIST: BullMQ sends their shards to worker processes
 * over Redis, and adds the results.
 */
import { createHash } from 'node:crypto';
import { SingleBar } from 'cli-progress';
import { loadBackend } from 'gan-kit';
import type { FeatureStatistics } from 'gan-kit/metrics';
import { frechetDistance } from 'gan-kit/metrics';
import { checkServer } from '../queue_connections.js';
import { distribute } from './distribute.js';
import { readOptions } from './options.js';
import { mergeShards, ShardReader } from './shard_statistics.js';
import { shardsOf } from './shards.js';
import type { Shard } from './shards.js';

const options = readOptions(process.argv.slice(2));
if (options.images > 10_000 || options.shards > options.images) {
  console.error(`--images must be at most 10000, and --shards at most --images`);
  process.exit(2);
}
if (!options.alone) await checkServer(options);
const halves = (['train', 't10k'] as const).map((split) =>
  shardsOf(split, options.images, options.shards),
);

const bar = new SingleBar({
  ...{ format: '{bar} {value}/{total} shards | {eta_formatted} left', barsize: 24 },
  ...{ hideCursor: true, noTTYOutput: true, notTTYSchedule: 5000 },
});
bar.start(2 * options.shards, 0);
const began = performance.now();
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
const sums = options.alone
  ? await countAlone()
  : await distribute(halves, options, {
      onShard: () => bar.increment(),
      signal: interrupted.signal,
    });
bar.stop();
if (sums === undefined) {
  console.log('stopped; the queue is empty again.');
  process.exit(130);
}

const [train, test] = sums as [FeatureStatistics, FeatureStatistics];
console.log(
  `${train.count + test.count} images, ${((performance.now() - began) / 1000).toFixed(1)} s`,
);
console.log(`Fréchet classifier distance: ${(await frechetDistance(train, test)).toFixed(6)}`);
const hash = createHash('sha256');
for (const sum of sums) hash.update(sum.toBytes());
console.log(`sha256 of the statistics: ${hash.digest('hex')}`);

async function countAlone(): Promise<FeatureStatistics[] | undefined> {
  await loadBackend({ prefer: ['wasm'], threads: 1 }); // as in the workers: each backend rounds differently
  const reader = new ShardReader();
  const count = async (shards: readonly Shard[]) => {
    const parts: FeatureStatistics[] = [];
    for (const shard of shards) {
      parts.push(await reader.read(shard));
      bar.increment();
    }
    return mergeShards(parts);
  };
  return [await count(halves[0]!), await count(halves[1]!)];
}
