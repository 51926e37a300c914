import type { Redis } from 'ioredis';
import { checkpointName } from './job.js';
import type { Job } from './job.js';
import type { Keeper } from './keeper.js';

/** The queue of the jobs of studies. */
export const QUEUE = 'study';

/**
 * The largest checkpoint that goes through Redis, in bytes. Those of the study have up to 7 MB; Redis holds them in its
 * memory, one for each job that is not done.
 */
export const MOST_BYTES = 64 * 2 ** 20;

/**
 * Keeps a job's checkpoint and picture in Redis, which every machine that takes jobs reaches. Redis sets a value as a
 * whole or not at all, so that a worker that dies while it saves leaves the last checkpoint.
 */
export class RedisKeeper implements Keeper {
  private readonly checkpoint: string;
  private readonly picture: string;

  /**
   * @param check Called before a checkpoint is saved; throws if another worker has the job.
   */
  constructor(
    private readonly redis: Redis,
    prefix: string,
    private readonly job: Job,
    private readonly check: () => Promise<void> = async () => undefined,
  ) {
    const name = `${prefix}:${QUEUE}-files:${checkpointName(job)}`;
    this.checkpoint = `${name}:checkpoint`;
    this.picture = `${name}:picture`;
  }

  load(): Promise<Uint8Array | undefined> {
    return this.read(this.checkpoint);
  }

  async save(checkpoint: Uint8Array): Promise<void> {
    if (checkpoint.length > MOST_BYTES)
      throw new Error(
        `the checkpoint of ${checkpointName(this.job)} must have at most ${MOST_BYTES} bytes, ` +
          `to go through Redis. Received: ${checkpoint.length} bytes. Do this job by --local.`,
      );
    await this.check();
    await this.redis.set(this.checkpoint, Buffer.from(checkpoint));
  }

  async savePicture(png: Uint8Array): Promise<void> {
    await this.redis.set(this.picture, Buffer.from(png));
  }

  loadPicture(): Promise<Uint8Array | undefined> {
    return this.read(this.picture);
  }

  private async read(key: string): Promise<Uint8Array | undefined> {
    const found = await this.redis.getBuffer(key);
    return found === null ? undefined : new Uint8Array(found);
  }

  async forget(): Promise<void> {
    await this.redis.del(this.checkpoint, this.picture);
  }
}
