import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** A Redis server of a test, at a socket in a folder of its own. */
export interface RedisServer {
  /** Its address, for `new Redis(…)`. */
  readonly redis: string;
  stop(): Promise<void>;
}

/** Starts a Redis server that keeps nothing, and waits until it answers. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'gan-kit-redis-'));
  const redis = join(folder, 'redis.sock');
  const server = spawn(
    'redis-server',
    ['--port', '0', '--unixsocket', redis, '--save', '', '--appendonly', 'no', '--dir', folder],
    { stdio: 'ignore' },
  );
  const connection = new Redis(redis, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  connection.on('error', () => undefined); // until the server listens
  await connection.ping();
  connection.disconnect();
  return {
    redis,
    async stop() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true });
    },
  };
}
