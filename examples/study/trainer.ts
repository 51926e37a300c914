import { isGanKitError } from 'gan-kit';
import { encodePNG } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { secondsOn } from '../clock.js';
import type { Images } from '../mnist/data.js';
import { readClassifier } from '../mnist/read_classifier.js';
import { readMnist } from '../mnist/read_mnist.js';
import { Judge } from '../mnist/scores.js';
import { WORKER } from './job.js';
import type { Job, Outcome, Progress } from './job.js';
import type { Keeper } from './keeper.js';
import { OWN } from './settings.js';
import { TrialRun } from './trial.js';
import type { Plan } from './trial.js';

/** Milliseconds between two reports of the progress; a checkpoint is reported at once. */
const REPORT_EVERY = 500;

/** How a job is watched and stopped. */
interface Supervision {
  readonly keeper: Keeper;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void | Promise<void>;
}

/** What does the jobs of a process, with data that are read once. */
export class Trainer {
  private readonly clock: () => number;

  /** The name of the backend. */
  readonly backend: string;

  /**
   * @param where The backend as `startBackend` names it.
   */
  constructor(
    readonly where: string,
    private readonly images: Images,
    private readonly judge: Judge,
  ) {
    this.clock = secondsOn(where);
    this.backend = where.split(' ')[0]!;
  }

  /** Starts a backend, on one thread, and reads the data; without a name, the fastest backend that works. */
  static async start(backend?: string): Promise<Trainer> {
    const where = await startBackend({ backend, threads: 1 });
    const judge = await Judge.create(readClassifier(), readMnist('t10k'));
    return new Trainer(where, readMnist('train'), judge);
  }

  /**
   * Does a job from its last checkpoint on.
   *
   * @returns What came of it, a failure of its own included; undefined if `signal` was aborted before, with all of
   *   it in the checkpoint.
   */
  async run(job: Job, supervision: Supervision): Promise<Outcome | undefined> {
    const { setting, ...rest } = job;
    const plan: Plan = { ...rest, ...(setting !== OWN && { setting }) };
    const run = new TrialRun(plan, this.images, this.judge, this.clock);
    const kept = { backend: this.backend, node: process.version };
    const about = { system: job.system, setting, seed: job.seed, ...kept };
    try {
      const end = await this.advance(run, job, supervision);
      if (end === 'stopped') return undefined;
      const result = { ...about, milestones: run.milestones };
      if (end !== 'done') return { result: { ...result, failed: end.failed } };
      return {
        result: { ...result, bits: await run.bits() },
        picture: encodePNG(await run.picture()),
      };
    } finally {
      run.dispose();
    }
  }

  /** Trains to the end, until the signal, or until a step fails. */
  private async advance(
    run: TrialRun,
    { saveEvery }: Job,
    { keeper, signal, onProgress }: Supervision,
  ): Promise<'done' | 'stopped' | { failed: string }> {
    const checkpoint = await keeper.load();
    if (checkpoint !== undefined) await run.restore(checkpoint);
    const [began, share] = [performance.now(), run.share];
    let [saved, told] = [began, -Infinity];
    while (!run.isDone) {
      if (performance.now() - told >= REPORT_EVERY) {
        const left = ((performance.now() - began) / 1000 / (run.share - share)) * (1 - run.share);
        await onProgress({
          ...{ step: run.step, share: run.share, worker: WORKER },
          score: run.milestones.at(-1)?.score,
          rest: Number.isFinite(left) ? left : undefined,
        });
        told = performance.now();
      }
      if (signal.aborted) {
        await keeper.save(await run.checkpoint());
        return 'stopped';
      }
      const failed = await failureOf(run.advance());
      if (failed !== undefined) return { failed };
      if (performance.now() - saved < saveEvery * 1000) continue;
      await keeper.save(await run.checkpoint());
      saved = performance.now();
      told = -Infinity;
    }
    return 'done';
  }
}

/**
 * Returns why a step failed, if that is its own fault and would come again, as a loss that is not finite; throws what is
 * the machine's.
 */
async function failureOf(step: Promise<void>): Promise<string | undefined> {
  try {
    await step;
    return undefined;
  } catch (error) {
    if (!isGanKitError(error) || error.code !== 'value') throw error;
    return error.message.split('\n')[0];
  }
}
