import type { FlowJob } from 'bullmq';
import type { Shard } from './shards.js';

/** The queues of jobs that read images and of jobs that only add; separate, as only the first need many workers. */
export const SHARDS = 'shards';
export const SUMS = 'sums';

/** The result of a job of `SHARDS`. */
export interface ShardResult {
  readonly index: number;
  /** `FeatureStatistics.toBytes()` in base64. */
  readonly statistics: string;
}

/** The result of a job of `SUMS`. */
export interface SumResult {
  readonly count: number;
  readonly statistics: string;
}

/**
 * Makes a job that adds the statistics of shards when all of them are finished. Redis keeps the result of a
 * shard under the shard's job, so that it is added only once, even if it was begun several times.
 */
export const sumOf = (shards: readonly Shard[]): FlowJob => ({
  name: `all of ${shards[0]!.split}`,
  queueName: SUMS,
  data: { shards: shards.length },
  children: shards.map((shard) => ({
    name: `${shard.split} ${shard.start} to ${shard.end}`,
    queueName: SHARDS,
    data: shard,
    // a failed shard is tried again, and then ends the sum, which would otherwise wait forever
    opts: { attempts: 3, failParentOnFailure: true },
  })),
});

export const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
export const toBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
