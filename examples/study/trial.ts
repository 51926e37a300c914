import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { tidy } from '@tensorflow/tfjs-core';
import { decodeCheckpoint, encodeCheckpoint, imageGrid } from 'gan-kit/io';
import type { CheckpointExtra, RasterImage } from 'gan-kit/io';
import { digitsIn } from '../mnist/padded.js';
import type { Images } from '../mnist/data.js';
import type { Milestone } from '../mnist/history.js';
import type { Judge } from '../mnist/scores.js';
import type { Contestant } from './contestant.js';
import { SETTINGS } from './settings.js';
import { CONTESTANTS } from './systems.js';

/** Images in a batch. */
export const BATCH = 24;
/** Samples of each score. */
export const SAMPLES = 1000;
const SPLITS = 5;
/** Number of scores at equal distances. */
const SCORES = 5;
const COLUMNS = 10;
const ROWS = 3;
/** Generator steps that count as a second for what depends on the length in seconds: those of ProGAN in the results. */
const STEPS_A_SECOND = 8.5;

/** The length of a training: seconds, or generator steps. Only with steps are two runs of it the same. */
export type Length = { readonly seconds: number } | { readonly steps: number };

/** A training run of the study. */
export type Plan = Length & {
  readonly system: string;
  readonly seed: number;
  /** One of `SETTINGS`; default the numbers of the system itself. */
  readonly setting?: string;
  /** Images in a batch; default `BATCH`. */
  readonly batch?: number;
  /** Number of samples of each score; default `SAMPLES`. */
  readonly samples?: number;
  /** Makes the system; default the one of the study by this name. */
  readonly make?: (seed: number) => Contestant;
};

/** The scores of a run, the first before any step, and a picture of its last samples. */
export interface Trial {
  readonly milestones: Milestone[];
  readonly picture: RasterImage;
}

/** A training run step by step, which goes on from its checkpoints, in another process, too. */
export class TrialRun {
  milestones: Milestone[] = [];
  /** Seconds of training so far. */
  passed = 0;
  private readonly contestant: Contestant;

  constructor(
    private readonly plan: Plan,
    private readonly images: Images,
    private readonly judge: Judge,
    private readonly clock: () => number,
  ) {
    const { system, seed, setting, make } = plan;
    const seconds = 'steps' in plan ? plan.steps / STEPS_A_SECOND : plan.seconds;
    this.contestant =
      make?.(seed) ??
      CONTESTANTS[system]!({ seed, seconds, setting: setting ? SETTINGS[setting] : undefined });
  }

  /** Number of generator steps made. */
  get step(): number {
    return this.contestant.steps;
  }

  /** The share of the training that is done, at least 1 at the end. */
  get share(): number {
    return 'steps' in this.plan ? this.step / this.plan.steps : this.passed / this.plan.seconds;
  }

  get isDone(): boolean {
    return this.share >= 1;
  }

  /** Makes a generator step, and scores before the first one and after those at which a score is due. */
  async advance(): Promise<void> {
    if (this.milestones.length === 0) await this.score();
    const { batch = BATCH, seed } = this.plan;
    const before = this.clock();
    await this.contestant.step({ images: this.images, batch, seed }, this.share);
    this.passed += this.clock() - before;
    if (this.share >= this.milestones.length / SCORES) await this.score();
    await setImmediate(); // a step on wasm never waits: without this, no timer would be heard
  }

  private async score(): Promise<void> {
    const digits = tidy(() => digitsIn(this.contestant.sample(this.plan.samples ?? SAMPLES, 2)));
    await setImmediate(); // so that a worker can renew its lock on the job
    const scores = await this.judge.judge(digits, SPLITS);
    digits.dispose();
    this.milestones.push({ ...scores, step: this.step, seconds: this.passed });
  }

  /** Returns a checkpoint, from which a run of the same plan goes on to the same bits. */
  async checkpoint(): Promise<Uint8Array> {
    const { step, passed, milestones } = this;
    const extra = { step, passed, milestones } as unknown as CheckpointExtra;
    return encodeCheckpoint(await this.contestant.system.state(), extra);
  }

  /** Goes on from a checkpoint. */
  async restore(checkpoint: Uint8Array): Promise<void> {
    const { state, extra } = decodeCheckpoint(checkpoint);
    await this.contestant.system.restore(state);
    this.contestant.steps = extra['step'] as number;
    this.passed = extra['passed'] as number;
    this.milestones = extra['milestones'] as unknown as Milestone[];
  }

  /** Draws samples. */
  async picture(): Promise<RasterImage> {
    const shown = this.contestant.sample(COLUMNS * ROWS, 1);
    const picture = await imageGrid(shown, { columns: COLUMNS });
    shown.dispose();
    return picture;
  }

  /** Computes the SHA-256 of the state and of all scores, without their seconds, in hexadecimal digits. */
  async bits(): Promise<string> {
    const scores = this.milestones.map((one) => ({ ...one, seconds: 0 }));
    const state = await this.contestant.system.state();
    return createHash('sha256').update(encodeCheckpoint(state, { scores })).digest('hex');
  }

  dispose(): void {
    this.contestant.dispose();
  }
}

/** Trains a system to its end, and calls `onStep` with the seconds that have passed. */
export async function train(
  plan: Plan,
  images: Images,
  judge: Judge,
  clock: () => number,
  onStep: (passed: number) => void = () => undefined,
): Promise<Trial> {
  const run = new TrialRun(plan, images, judge, clock);
  while (!run.isDone) {
    await run.advance();
    onStep('steps' in plan ? run.passed : Math.min(run.passed, plan.seconds));
  }
  const end = { milestones: run.milestones, picture: await run.picture() };
  run.dispose();
  return end;
}
