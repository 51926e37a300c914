import type { FlowJob } from 'bullmq';
import type { Shard } from './shards.js';

/** Jobs that read images, and jobs that only add: one queue each, as the first want many workers. */
export const SHARDS = 'shards';
export const SUMS = 'sums';

/** What a job of `SHARDS` returns. */
export interface ShardResult {
  readonly index: number;
  /** `FeatureStatistics.toBytes()` in base64. */
  readonly statistics: string;
}

/** What a sum returns. */
export interface SumResult {
  readonly count: number;
  readonly statistics: string;
}

/**
 * A job that adds the statistics of shards, once all of them are there. What a shard returns stands in
 * Redis under the shard's job, so that however often one was begun it is added once.
 */
export const sumOf = (shards: readonly Shard[]): FlowJob => ({
  name: `all of ${shards[0]!.split}`,
  queueName: SUMS,
  data: { shards: shards.length },
  children: shards.map((shard) => ({
    name: `${shard.split} ${shard.start} to ${shard.end}`,
    queueName: SHARDS,
    data: shard,
    // an error of a shard is tried again, then ends the sum, which else would wait for ever
    opts: { attempts: 3, failParentOnFailure: true },
  })),
});

export const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
export const toBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
