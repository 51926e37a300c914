import { progressOf } from './job.js';
import type { Following, Job, JobState } from './job.js';
import type { Keeper } from './keeper.js';
import type { Trainer } from './trainer.js';

/**
 * Does jobs in this process, one after the other.
 *
 * @returns Whether all jobs are done; false if the signal was aborted before.
 */
export async function runHere(
  jobs: readonly Job[],
  trainer: Trainer,
  keeperOf: (job: Job) => Keeper,
  following: Pick<Following, 'onStates' | 'onOutcome' | 'signal'>,
): Promise<boolean> {
  const states: JobState[] = jobs.map((job) => ({ job, state: 'waiting' }));
  for (const [i, job] of jobs.entries()) {
    const note = (state: JobState['state'], progress: JobState['progress']) => {
      states[i] = { job, state, progress };
      following.onStates(states);
    };
    const outcome = await trainer.run(job, {
      ...{ keeper: keeperOf(job), signal: following.signal },
      onProgress: (progress) => note('running', progress),
    });
    if (outcome === undefined) return false;
    await following.onOutcome(job, outcome);
    const { result } = outcome;
    note(result.failed === undefined ? 'done' : 'failed', progressOf(result, states[i]!.progress));
  }
  return true;
}
