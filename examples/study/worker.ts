/**
 * A worker: does jobs of studies until it is stopped. Start any number of them, on any machine that reaches the Redis
 * server and has this repository; one for each processor, as each uses one thread.
 *
 *   npx tsx examples/study/worker.ts [--redis URL] [--prefix NAME] [--lock MS]
 */
import { WaitingError, Worker } from 'bullmq';
import type { Job as QueuedJob } from 'bullmq';
import { readCommandLine } from '../command_line.js';
import { checkServer, Connections } from '../queue_connections.js';
import { READY } from '../worker_crew.js';
import { queueAddress, WORKER_HELP, WORKER_OPTIONS } from '../queue_options.js';
import { USUAL_BACKEND } from './job.js';
import type { Job, JobResult } from './job.js';
import { QUEUE, RedisKeeper } from './queue.js';
import { stopSignal } from './stop_signal.js';
import { Trainer } from './trainer.js';

const HELP = `A worker of studies.\n\n${WORKER_HELP}\n`;
const { values, whole } = readCommandLine(process.argv.slice(2), HELP, WORKER_OPTIONS);
const address = queueAddress(values, whole);
await checkServer(address);
const signal = stopSignal();
const connections = new Connections(address);
const redis = connections.redis();
// before the first job, whose lock would not be renewed meanwhile
let trainer = await Trainer.start(USUAL_BACKEND);
if (signal.aborted) process.exit(0);

async function work(job: QueuedJob<Job, JobResult>, token?: string): Promise<JobResult> {
  const { backend } = job.data;
  if (trainer.backend !== backend) trainer = await Trainer.start(backend);
  const keeper = new RedisKeeper(redis, address.prefix, job.data, async () => {
    if ((await job.extendLock(token!, address.lock)) !== 1)
      throw new Error(`another worker has taken over ${job.name}`); // this one was silent for too long
  });
  const outcome = await trainer.run(job.data, {
    ...{ keeper, signal },
    onProgress: (progress) => job.updateProgress({ ...progress }),
  });
  if (outcome === undefined) {
    await job.moveToWait(token);
    throw new WaitingError();
  }
  if (outcome.picture) await keeper.savePicture(outcome.picture);
  return outcome.result;
}

const worker = new Worker<Job, JobResult>(QUEUE, work, connections.worker());
worker.on('error', (error) => console.error(error.message));
signal.addEventListener('abort', () => void leave());
console.log(READY);
process.send?.(READY);

/** Milliseconds that a worker waits for a server that is away before it leaves with its job, which is then taken from it. */
const PATIENCE = 60_000;

/** Takes no new job, and leaves when the one that was begun has gone back to the queue. */
async function leave(): Promise<void> {
  setTimeout(() => process.exit(1), PATIENCE).unref();
  await worker.close();
  connections.close();
  process.exit(0);
}
