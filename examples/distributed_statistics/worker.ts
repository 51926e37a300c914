/**
 * A worker: reads shards and adds their statistics until it is stopped. Start any number of them, on any
 * machine that reaches the Redis server and has the images.
 *
 *   npx tsx examples/distributed_statistics/worker.ts [--redis URL] [--prefix NAME] [--lock MS]
 */
import { Worker } from 'bullmq';
import type { Job } from 'bullmq';
import { loadBackend } from 'gan-kit';
import { FeatureStatistics } from 'gan-kit/metrics';
import { checkServer, Connections } from '../queue_connections.js';
import { readWorkerOptions } from './options.js';
import { SHARDS, SUMS, toBytes, toText } from './queues.js';
import type { ShardResult, SumResult } from './queues.js';
import { mergeShards, ShardReader } from './shard_statistics.js';
import type { Shard } from './shards.js';

const address = readWorkerOptions(process.argv.slice(2));
await checkServer(address);
const connections = new Connections(address);
await loadBackend({ prefer: ['wasm'], threads: 1 }); // one thread, as there is one worker for each processor
const reader = new ShardReader();

async function readShard({ data }: Job<Shard>): Promise<ShardResult> {
  const statistics = await reader.read(data);
  return { index: data.index, statistics: toText(statistics.toBytes()) };
}

async function addShards(job: Job<{ shards: number }>): Promise<SumResult> {
  const results = Object.values(await job.getChildrenValues<ShardResult>());
  results.sort((a, b) => a.index - b.index);
  if (results.length !== job.data.shards || results.some(({ index }, i) => index !== i))
    throw new Error(`of ${job.data.shards} shards there are ${results.length}`);
  const sum = mergeShards(
    results.map((one) => FeatureStatistics.fromBytes(toBytes(one.statistics))),
  );
  return { count: sum.count, statistics: toText(sum.toBytes()) };
}

const workers = [
  new Worker<Shard, ShardResult>(SHARDS, readShard, connections.worker()),
  new Worker<{ shards: number }, SumResult>(SUMS, addShards, connections.worker()),
];
for (const worker of workers) worker.on('error', (error) => console.error(error.message));
console.log('ready');

/** Finishes the jobs that were begun and takes no new ones. */
async function stop(): Promise<void> {
  await Promise.all(workers.map((worker) => worker.close()));
  process.exit(0);
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => undefined); // a terminal sends it to all processes; the main one stops the workers
