import { QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distribute, startWorker } from '../../examples/distributed_statistics/distribute.js';
import { SHARDS, SUMS } from '../../examples/distributed_statistics/queues.js';
import {
  mergeShards,
  ShardReader,
} from '../../examples/distributed_statistics/shard_statistics.js';
import { shardsOf } from '../../examples/distributed_statistics/shards.js';
import { stopProcess } from '../../examples/worker_processes.js';
import type { FeatureStatistics } from '../../src/metrics/gaussian/feature_statistics.js';
import { frechetDistance } from '../../src/metrics/gaussian/frechet_distance.js';
import { useBackend } from '../helpers/backends.js';
import { startRedis } from '../helpers/redis_server.js';
import type { RedisServer } from '../helpers/redis_server.js';
import { hasRedis } from '../setup/redis.js';

const SETS = [shardsOf('t10k', 10_000, 5), shardsOf('train', 1_000, 3)];
const LOCK = 1500;

describe('shardsOf', () => {
  it('every image once', () => {
    const places = shardsOf('t10k', 17, 5).flatMap(({ start, end }) =>
      Array.from({ length: end - start }, (_, i) => start + i),
    );
    expect(places).toEqual(Array.from({ length: 17 }, (_, i) => i));
  });
});

describe.skipIf(!hasRedis())('distributed statistics', () => {
  let server: RedisServer;
  let redis: string;
  let expected: string[];

  beforeAll(async () => {
    server = await startRedis();
    ({ redis } = server);

    await useBackend('wasm');
    const reader = new ShardReader();
    expected = [];
    for (const shards of SETS) {
      const parts: FeatureStatistics[] = [];
      for (const shard of shards) parts.push(await reader.read(shard));
      expected.push(digest(mergeShards(parts)));
    }
  });

  afterAll(() => server.stop());

  const digest = (statistics: FeatureStatistics) =>
    Buffer.from(statistics.toBytes()).toString('base64');

  it('a worker that is killed in the middle loses nothing and counts nothing twice', async () => {
    const told = { redis, prefix: 'killed', lock: LOCK };
    const connection = new Redis(redis, { maxRetriesPerRequest: null });
    const events = new QueueEvents(SHARDS, { connection, prefix: told.prefix });
    await events.waitUntilReady();
    // the first worker is alone: what is begun is its own, and with the second shard one is done
    const workers = [startWorker(told)];
    let begun = 0;
    let stalled = 0;
    events.on('active', () => {
      if (++begun !== 2) return;
      workers[0]!.kill('SIGKILL');
      workers.push(startWorker(told)); // one: another might come after the end, and leave its keys
    });
    events.on('stalled', () => stalled++);
    let shards = 0;
    const sums = await distribute(SETS, { ...told, workers: 0 }, { onShard: () => shards++ });
    await Promise.all([...workers.map(stopProcess), events.close()]);

    expect(workers[0]!.signalCode).toBe('SIGKILL');
    expect(stalled).toBe(1); // its second shard went to another
    expect(begun).toBe(9);
    expect(shards).toBe(8);
    expect(sums!.map(({ count }) => count)).toEqual([10_000, 1_000]);
    expect(sums!.map(digest)).toEqual(expected);
    // a worker that waits for more after the end may have written these again
    const ofWorkers = [SHARDS, SUMS].flatMap((queue) =>
      ['meta', 'stalled-check'].map((key) => `killed:${queue}:${key}`),
    );
    const keys = await connection.keys('killed:*');
    expect(keys.filter((key) => !ofWorkers.includes(key))).toEqual([]);
    connection.disconnect();
  }, 120_000);

  it('stops when it is told to, and leaves nothing behind', async () => {
    const stop = new AbortController();
    const prefix = 'stopped';
    const sums = await distribute(
      SETS,
      { redis, prefix, lock: LOCK, workers: 1 },
      { onShard: () => stop.abort(), signal: stop.signal },
    );
    expect(sums).toBeUndefined();
    const connection = new Redis(redis, { maxRetriesPerRequest: null });
    expect(await connection.keys(`${prefix}:*`)).toEqual([]);
    connection.disconnect();
  }, 120_000);

  it('says so if all workers are gone', async () => {
    // a worker ends at once, as --lock must be 100 or more
    const found = distribute(SETS, { redis, prefix: 'gone', lock: 0, workers: 2 });
    await expect(found).rejects.toThrow(/all workers have ended/);
  }, 120_000);

  it('the program prints the distance and the digest, through Redis as alone', async () => {
    const reader = new ShardReader();
    const sums = [];
    for (const split of ['train', 't10k'] as const) {
      const parts: FeatureStatistics[] = [];
      for (const shard of shardsOf(split, 600, 3)) parts.push(await reader.read(shard));
      sums.push(mergeShards(parts));
    }
    const distance = await frechetDistance(sums[0]!, sums[1]!);
    const hash = createHash('sha256');
    for (const sum of sums) hash.update(sum.toBytes());
    const bits = hash.digest('hex');

    const program = ['--import', 'tsx', 'examples/distributed_statistics/main.ts'];
    const size = ['--images', '600', '--shards', '3'];
    const queue = ['--redis', redis, '--prefix', 'program', '--workers', '1'];
    const end = async (way: string[]) => {
      const child = spawn(process.execPath, [...program, ...size, ...way], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      expect(await once(child, 'close')).toEqual([0, null]);
      return said;
    };
    for (const said of await Promise.all([end(['--alone']), end(queue)])) {
      expect(said).toMatch(/^1200 images, \d+\.\d s$/m);
      expect(said).toContain(`Fréchet classifier distance: ${distance.toFixed(6)}\n`);
      expect(said).toContain(`sha256 of the statistics: ${bits}\n`);
    }
  }, 120_000);
});
