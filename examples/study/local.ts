import type { ChildProcess } from 'node:child_process';
import { Crew, READY } from '../worker_crew.js';
import { aborted, MOST_DEATHS, startProcess } from '../worker_processes.js';
import { progressOf } from './job.js';
import type { Following, Job, JobState } from './job.js';
import type { Report, Task } from './local_worker.js';

/** A job and what has become of it. */
interface Entry {
  readonly job: Job;
  state: JobState['state'];
  progress?: JobState['progress'];
  deaths: number;
}

/** The jobs of a study, and the worker processes of this machine among which they are dealt out. */
class Dealer {
  private readonly entries: Entry[];
  private readonly waiting: Entry[];
  /** Gives each worker without a job one. */
  private readonly idle = new Set<() => void>();
  private end!: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
  readonly done = new Promise<void>((resolve, reject) => (this.end = { resolve, reject }));

  constructor(
    jobs: readonly Job[],
    private readonly checkpointOf: (job: Job) => string,
    private readonly following: Following,
  ) {
    this.entries = jobs.map((job) => ({ job, state: 'waiting', deaths: 0 }));
    this.waiting = [...this.entries];
    this.done.catch(() => undefined); // whoever waits for it hears of it
  }

  /** Starts a worker, which takes jobs until it is stopped. */
  readonly start = (): ChildProcess => {
    const worker = startProcess(new URL('./local_worker.ts', import.meta.url));
    let entry: Entry | undefined;
    const take = () => {
      this.idle.delete(take);
      entry = this.waiting.shift();
      if (entry === undefined) return void this.idle.add(take);
      entry.state = 'running';
      const task: Task = { job: entry.job, checkpoint: this.checkpointOf(entry.job) };
      worker.send(task);
      this.look();
    };
    worker.on('message', (message: Report | typeof READY) => {
      if (message === READY) return take();
      if ('progress' in message) {
        entry!.progress = message.progress;
        return this.look();
      }
      const ended = entry!;
      entry = undefined;
      this.settle(ended, message).then(take, this.end.reject);
    });
    worker.once('exit', () => {
      this.idle.delete(take);
      if (entry !== undefined) this.giveBack(entry);
    });
    return worker;
  };

  private look(): void {
    this.following.onStates(this.entries);
  }

  /** Keeps what came of a job. */
  private async settle(entry: Entry, report: Exclude<Report, { progress: unknown }>) {
    const { job } = entry;
    if ('error' in report) this.following.onError(job, report.error);
    else {
      const picture = report.picture && new Uint8Array(Buffer.from(report.picture, 'base64'));
      await this.following.onOutcome(job, { result: report.result, ...(picture && { picture }) });
    }
    if ('result' in report) entry.progress = progressOf(report.result, entry.progress);
    entry.state = 'error' in report || report.result.failed !== undefined ? 'failed' : 'done';
    this.look();
    if (this.entries.every(({ state }) => state === 'done' || state === 'failed'))
      this.end.resolve();
  }

  /** Takes back the job of a worker that died or was stopped; it goes on from its checkpoint. */
  private giveBack(entry: Entry): void {
    if (++entry.deaths > MOST_DEATHS) {
      const error = `${entry.deaths} workers died over it`;
      this.settle(entry, { error }).catch(this.end.reject);
      return;
    }
    entry.state = 'waiting';
    this.waiting.unshift(entry);
    for (const take of [...this.idle].slice(0, 1)) take();
  }
}

/**
 * Does jobs in processes of this machine. A job whose process was killed goes on in another one.
 *
 * @param checkpointOf Names the file of a job's checkpoint.
 * @returns Whether all jobs are done; false if the signal was aborted before.
 */
export async function runLocally(
  jobs: readonly Job[],
  workers: number,
  checkpointOf: (job: Job) => string,
  following: Following,
): Promise<boolean> {
  const dealer = new Dealer(jobs, checkpointOf, following);
  const crew = new Crew(dealer.start, Math.min(workers, jobs.length));
  try {
    const all = dealer.done.then(() => true);
    return await Promise.race([all, aborted(following.signal).then(() => false), crew.gone]);
  } finally {
    await crew.stop();
  }
}
