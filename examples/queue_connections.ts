import type { WorkerOptions } from 'bullmq';
import { Redis } from 'ioredis';
import type { QueueAddress } from './queue_options.js';
import { MOST_DEATHS } from './worker_processes.js';

/** Connections to a Redis server that are closed together. */
export class Connections {
  private readonly open: Redis[] = [];

  constructor(private readonly address: QueueAddress) {}

  /** Opens a connection, which waits for a server that is away. */
  redis(): Redis {
    const connection = new Redis(this.address.redis, { maxRetriesPerRequest: null });
    this.open.push(connection);
    return connection;
  }

  /** Opens a connection for a queue, or for its events. */
  queue(): { connection: Redis; prefix: string } {
    return { connection: this.redis(), prefix: this.address.prefix };
  }

  /** Opens a connection for a worker, which renews its lock on a job; if it is killed, another takes over the job. */
  worker(): WorkerOptions {
    const { lock } = this.address;
    return {
      ...this.queue(),
      ...{ lockDuration: lock, stalledInterval: lock / 2, maxStalledCount: MOST_DEATHS },
    };
  }

  close(): void {
    for (const connection of this.open) connection.disconnect();
  }
}

/** Ends the program with a message if no Redis server answers at its address. */
export async function checkServer({ redis }: QueueAddress): Promise<void> {
  const connection = new Redis(redis, { lazyConnect: true, retryStrategy: () => null });
  let reason = '';
  connection.on('error', (error) => (reason = error.message));
  try {
    await connection.connect();
    await connection.ping();
  } catch (error) {
    const shown = redis.replace(/\/\/.*@/, '//…@'); // without a password
    reason ||= (error as Error).message;
    console.error(`--redis must be the address of a Redis server. Received: ${shown} (${reason}).`);
    process.exit(2);
  } finally {
    connection.disconnect();
  }
}
