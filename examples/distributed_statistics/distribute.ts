import type { ChildProcess } from 'node:child_process';
import { FlowProducer, Queue, QueueEvents } from 'bullmq';
import { FeatureStatistics } from 'gan-kit/metrics';
import { Connections } from '../queue_connections.js';
import { toArguments } from '../queue_options.js';
import type { QueueAddress } from '../queue_options.js';
import { aborted, exitOf, startProcess, stopProcess } from '../worker_processes.js';
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
  { workers: count, ...address }: QueueAddress & { readonly workers: number },
  { onShard, signal }: Distribution = {},
): Promise<FeatureStatistics[] | undefined> {
  const connections = new Connections(address);
  const flows = new FlowProducer(connections.queue());
  const queues = [SHARDS, SUMS].map((name) => new Queue(name, connections.queue()));
  const [shardEvents, sumEvents] = [SHARDS, SUMS].map(
    (name) => new QueueEvents(name, connections.queue()),
  );
  const workers = Array.from({ length: count }, () => startWorker(address));
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
    await Promise.all(workers.map(stopProcess));
    for (const queue of queues) await queue.obliterate({ force: true });
    await Promise.all([flows, ...queues, shardEvents!, sumEvents!].map((one) => one.close()));
    connections.close();
  }
}

/** Starts a worker on this machine. */
export const startWorker = (address: QueueAddress): ChildProcess =>
  startProcess(new URL('./worker.ts', import.meta.url), toArguments(address));

/** Throws when all workers have ended; waits forever if all workers run elsewhere. */
async function allGone(workers: readonly ChildProcess[]): Promise<never> {
  await Promise.all(workers.map(exitOf));
  if (workers.length > 0) throw new Error('all workers have ended before the work was done');
  return new Promise(() => undefined);
}
