import { hostname } from 'node:os';
import type { Result } from './report.js';
import { OWN } from './settings.js';
import { BATCH, SAMPLES } from './trial.js';
import type { Length } from './trial.js';

/** A training run as a job: all that a worker, wherever it is, has to know. */
export type Job = Length & {
  readonly system: string;
  readonly setting: string;
  readonly seed: number;
  readonly batch: number;
  readonly samples: number;
  readonly backend: string;
  /** Seconds of the clock between two checkpoints; 0 saves after each step. */
  readonly saveEvery: number;
};

/** The result of a job, which travels as JSON. */
export interface JobResult extends Result {
  readonly setting: string;
  /** The backend and the version of Node that computed it; files of earlier versions lack them, and `bits`. */
  readonly backend?: string;
  readonly node?: string;
  /** SHA-256 of the final state and the scores; absent if the job failed. */
  readonly bits?: string;
}

/** What a worker makes of a job. */
export interface Outcome {
  readonly result: JobResult;
  /** A PNG of samples; absent if the job failed. */
  readonly picture?: Uint8Array;
}

/** How far a job is. */
export interface Progress {
  readonly step: number;
  /** From 0 to 1. */
  readonly share: number;
  /** The last classifier score. */
  readonly score?: number | undefined;
  readonly worker: string;
  /** Seconds of the clock until the end, estimated. */
  readonly rest?: number | undefined;
}

/** Returns the progress of a job that has ended, with its last score; that of one that failed is what it was. */
export function progressOf({ milestones, failed }: JobResult, last?: Progress): Progress {
  const { step = 0, score } = milestones.at(-1) ?? {};
  const before = { step, share: 0, worker: '', ...last };
  return { ...before, ...(failed === undefined && { step, share: 1 }), score, rest: undefined };
}

/** A job as the view shows it. */
export interface JobState {
  readonly job: Job;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly progress?: Progress | undefined;
}

/** How a program takes part in the progress of jobs. */
export interface Following {
  /** Called with all jobs, a few times a second at most. */
  onStates(states: readonly JobState[]): void;
  /** Called with each result as it comes, which is kept before the job is forgotten. */
  onOutcome(job: Job, outcome: Outcome): Promise<void>;
  /** Called with a job that ended by an error that is not its own, as of a missing backend; it has no result. */
  onError(job: Job, message: string): void;
  /** Ends the work early, at a place from which it goes on. */
  readonly signal: AbortSignal;
}

/** The name of the files of a job, and of its row in the queue. */
export function jobName(job: Job): string {
  const { system, setting, seed, batch, samples } = job;
  return [
    system,
    ...(setting === OWN ? [] : [setting]),
    seed,
    'steps' in job ? `${job.steps}steps` : job.seconds,
    ...(batch === BATCH ? [] : [`batch${batch}`]),
    ...(samples === SAMPLES ? [] : [`samples${samples}`]),
  ].join('-');
}

/** The name of the checkpoint of a job, from which another backend does not go on. */
export const checkpointName = (job: Job): string => `${jobName(job)}-${job.backend}`;

/** The backend of jobs in several processes, as it has the same bits on any machine. */
export const USUAL_BACKEND = 'wasm';

/** The process in which this runs, as the view names it. */
export const WORKER = `${hostname()}/${process.pid}`;
