import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { FlowProducer, Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { FeatureStatistics } from 'gan-kit/metrics';
import type { WorkerOptions } from './options.js';
import { SHARDS, SUMS, sumOf, toBytes } from './queues.js';
import type { SumResult } from './queues.js';
import type { Shard } from './shards.js';

/** Options of {@link distribute}. */
export interface Distribution {
  /** A function that is called after each finished shard. */
  readonly onShard?: () => void;
  /** A signal that ends the work early. */
  readonly signal?: AbortSignal;
}

/**
 * Distributes the shards of several sets to workers, and waits for the sum of each set.
 *
 * @returns The statistics of each set; undefined if `signal` was aborted before.
 */
export async function distribute(
  sets: readonly (readonly Shard[])[],
  { redis, prefix, lock, workers: count }: WorkerOptions & { readonly workers: number },
  { onShard, signal }: Distribution = {},
): Promise<FeatureStatistics[] | undefined> {
  const connections: Redis[] = [];
  const connect = () => {
    const connection = new Redis(redis, { maxRetriesPerRequest: null });
    connections.push(connection);
    return { connection, prefix };
  };
  const flows = new FlowProducer(connect());
  const queues = [SHARDS, SUMS].map((name) => new Queue(name, connect()));
  const [shardEvents, sumEvents] = [SHARDS, SUMS].map((name) => new QueueEvents(name, connect()));
  const workers = Array.from({ length: count }, () => startWorker({ redis, prefix, lock }));
  try {
    await Promise.all([shardEvents!.waitUntilReady(), sumEvents!.waitUntilReady()]);
    shardEvents!.on('completed', () => onShard?.());
    const sums = await Promise.all(sets.map((shards) => flows.add(sumOf(shards))));
    const results = Promise.all(
      sums.map(({ job }) => job.waitUntilFinished(sumEvents!) as Promise<SumResult>),
    );
    const found = await Promise.race([results, aborted(signal), allGone(workers)]);
    return found?.map(({ statistics }) => FeatureStatistics.fromBytes(toBytes(statistics)));
  } finally {
    await Promise.all(workers.map(stopWorker));
    for (const queue of queues) await queue.obliterate({ force: true });
    await Promise.all([flows, ...queues, shardEvents!, sumEvents!].map((one) => one.close()));
    for (const connection of connections) connection.disconnect();
  }
}

/** Starts a worker on this machine. */
export function startWorker({ redis, prefix, lock }: WorkerOptions): ChildProcess {
  const args = ['--redis', redis, '--prefix', prefix, '--lock', String(lock)];
  return fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), args, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** Waits until a worker has ended, for any reason. */
async function exitOf(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  await new Promise((resolve) => worker.once('exit', resolve));
}

/** Stops a worker after the job that it has begun. */
export async function stopWorker(worker: ChildProcess): Promise<void> {
  worker.kill('SIGTERM'); // has no effect on a worker that has ended
  await exitOf(worker);
}

/** Throws when all workers have ended; waits forever if all workers run elsewhere. */
async function allGone(workers: readonly ChildProcess[]): Promise<never> {
  await Promise.all(workers.map(exitOf));
  if (workers.length > 0) throw new Error('all workers have ended before the work was done');
  return new Promise(() => undefined);
}

const aborted = (signal: AbortSignal | undefined) =>
  new Promise<undefined>((resolve) => signal?.addEventListener('abort', () => resolve(undefined)));
