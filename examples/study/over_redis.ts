import { setTimeout } from 'node:timers/promises';
import { Queue } from 'bullmq';
import type { Job as QueuedJob } from 'bullmq';
import type { Redis } from 'ioredis';
import { Connections } from '../queue_connections.js';
import { Crew } from '../worker_crew.js';
import { toArguments } from '../queue_options.js';
import type { QueueAddress } from '../queue_options.js';
import { startProcess } from '../worker_processes.js';
import { checkpointName, progressOf } from './job.js';
import type { Following, Job, JobResult, JobState, Progress } from './job.js';
import { QUEUE, RedisKeeper } from './queue.js';

/** Milliseconds between two looks at the queue. */
const LOOK_EVERY = 1000;

type Queued = QueuedJob<Job, JobResult>;
type StudyQueue = Queue<Job, JobResult>;

/** A job in the queue, and what the queue says of it. */
interface Seen {
  readonly queued: Queued;
  readonly state: JobState['state'];
}

/** Reads all jobs of the queue by their names. */
async function lookAt(queue: StudyQueue): Promise<Map<string, Seen>> {
  const seen = new Map<string, Seen>();
  const note = async (
    kinds: Parameters<StudyQueue['getJobs']>[0],
    state: (queued: Queued) => JobState['state'],
  ) => {
    for (const queued of await queue.getJobs(kinds))
      if (queued?.id !== undefined) seen.set(queued.id, { queued, state: state(queued) });
  };
  // in the order in which jobs move, so that one that moves meanwhile is seen twice, and then as what it is now
  await note(['waiting', 'delayed', 'prioritized'], () => 'waiting');
  await note(['active'], () => 'running');
  await note(['completed'], ({ returnvalue }) =>
    returnvalue.failed === undefined ? 'done' : 'failed',
  );
  await note(['failed'], () => 'failed');
  return seen;
}

/** Returns a job as the view shows it. */
function stateOf({ queued, state }: Seen): JobState {
  const last = queued.progress === 0 ? undefined : (queued.progress as Progress);
  const result = queued.returnvalue as JobResult | null;
  const progress = result === null ? last : progressOf(result, last);
  return { job: queued.data, state, progress };
}

/** What keeps the files of jobs. */
const keeperOf =
  (redis: Redis, { prefix }: QueueAddress) =>
  (job: Job) =>
    new RedisKeeper(redis, prefix, job);

/**
 * Puts jobs into the queue, unless they are there from an earlier call, and follows them until all have ended. Workers may be
 * on any machine; a job whose worker was killed goes on at another one.
 *
 * @param kept Jobs whose results are kept from an earlier call; they are taken out of the queue, if they are there.
 * @returns Whether all jobs have ended: those with a result are no longer in the queue then. False if the signal was
 *   aborted before: the queue stays as it is, and the same call goes on.
 */
export async function runOverRedis(
  jobs: readonly Job[],
  kept: readonly Job[],
  workers: number,
  address: QueueAddress,
  following: Following,
): Promise<boolean> {
  const connections = new Connections(address);
  const queue: StudyQueue = new Queue(QUEUE, connections.queue());
  const keeper = keeperOf(connections.redis(), address);
  const start = () => startProcess(new URL('./worker.ts', import.meta.url), toArguments(address));
  let crew: Crew | undefined;
  try {
    await takeOut(queue, kept, keeper);
    await forgetFailed(queue, jobs);
    await queue.addBulk(
      jobs.map((data) => ({
        name: checkpointName(data),
        data,
        opts: { jobId: checkpointName(data) },
      })),
    );
    crew = new Crew(start, Math.min(workers, jobs.length));
    const isDone = await Promise.race([follow(queue, jobs, keeper, following), crew.gone]);
    await crew.stop();
    if (isDone) await takeOut(queue, jobs, keeper);
    if ((await lookAt(queue)).size === 0) await queue.obliterate({ force: true });
    return isDone;
  } finally {
    await crew?.stop();
    await queue.close();
    connections.close();
  }
}

/** Removes the jobs that ended by an error of a machine, so that they are tried again. */
async function forgetFailed(queue: StudyQueue, jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) {
    const queued = await queue.getJob(checkpointName(job));
    if (await queued?.isFailed()) await queued!.remove();
  }
}

/** Looks at the queue until all jobs have ended or the signal is aborted. */
async function follow(
  queue: StudyQueue,
  jobs: readonly Job[],
  keeper: (job: Job) => RedisKeeper,
  following: Following,
): Promise<boolean> {
  const ended = new Set<Job>();
  while (!following.signal.aborted) {
    const all = await lookAt(queue);
    for (const job of jobs) {
      const { queued } = all.get(checkpointName(job)) ?? (await missed(queue, job, all));
      if (ended.has(job) || queued.finishedOn === undefined) continue;
      if (queued.returnvalue === null) following.onError(job, queued.failedReason);
      else {
        const picture = await keeper(job).loadPicture();
        await following.onOutcome(job, { result: queued.returnvalue, ...(picture && { picture }) });
      }
      ended.add(job);
    }
    following.onStates(jobs.map((job) => stateOf(all.get(checkpointName(job))!)));
    if (ended.size === jobs.length) return true;
    await pause(following.signal);
  }
  return false;
}

/** Waits until the next look at the queue is due or the signal is aborted. */
const pause = (signal: AbortSignal): Promise<void> =>
  setTimeout(LOOK_EVERY, undefined, { signal }).catch(() => undefined);

/** Finds a job that went back to the queue while this looked at it, and notes it. */
async function missed(queue: StudyQueue, job: Job, all: Map<string, Seen>): Promise<Seen> {
  const name = checkpointName(job);
  const queued = await queue.getJob(name);
  if (queued === undefined)
    throw new Error(`${name} is no longer in the queue: another program took it out`);
  const seen: Seen = { queued, state: 'waiting' };
  all.set(name, seen);
  return seen;
}

/** Takes jobs and their files out of Redis; those without a result stay, with their checkpoints, to be tried again. */
async function takeOut(
  queue: StudyQueue,
  jobs: readonly Job[],
  keeper: (job: Job) => RedisKeeper,
): Promise<void> {
  for (const job of jobs) {
    const queued = await queue.getJob(checkpointName(job));
    if (await queued?.isFailed()) continue;
    await queued?.remove();
    await keeper(job).forget();
  }
}

const { compare: order } = new Intl.Collator('en', { numeric: true });

/** Shows all jobs of the queue until the signal is aborted or none is left to do. */
export async function watch(
  address: QueueAddress,
  { onStates, signal }: Pick<Following, 'onStates' | 'signal'>,
): Promise<void> {
  const connections = new Connections(address);
  const queue: StudyQueue = new Queue(QUEUE, connections.queue());
  while (!signal.aborted) {
    const all = [...(await lookAt(queue)).values()];
    all.sort(({ queued: a }, { queued: b }) => a.timestamp - b.timestamp || order(a.id!, b.id!));
    onStates(all.map(stateOf));
    if (all.every(({ state }) => state === 'done' || state === 'failed')) break;
    await pause(signal);
  }
  await queue.close();
  connections.close();
}
