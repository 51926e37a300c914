import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointExtra } from 'gan-kit/io';
import { loadCheckpoint, saveCheckpoint, savePNG } from 'gan-kit/node';
import { linearDecay } from 'gan-kit/training';
import { range } from './data.js';
import type { Scenes } from './data.js';
import type { Judge, Scores } from './judge.js';
import type { RunOptions } from './options.js';
import { pictureOf } from './pictures.js';
import { buildTranslator } from './systems.js';
import type { Direction, Translator } from './systems.js';

/** How often things happen, in generator steps. */
export interface Rhythm {
  readonly losses: number;
  readonly grid: number;
  readonly score: number;
  readonly checkpoint: number;
}

const RHYTHM: Rhythm = { losses: 10, grid: 100, score: 100, checkpoint: 100 };
const GRID_ROWS = 6;
// how many held-out scenes a score on the way takes
const SCORE_SCENES = 25;

/** Of each direction that a system learns. */
export type ScoresByDirection = Partial<Record<Direction, Scores>>;

/** Everything a report draws; it travels with the checkpoint, so a resumed run shows all of it. */
export interface History {
  /** Generator steps at which the losses were noted, and the losses by name. */
  steps: number[];
  losses: Record<string, number[]>;
  milestones: { step: number; scores: ScoresByDirection }[];
  /** Steps of which there is a picture. */
  grids: number[];
  seconds: number;
}

/** What a checkpoint must share with the run that goes on from it. */
const KEPT = [
  ...['system', 'direction', 'outputs', 'criticSteps', 'size', 'batch', 'seed', 'steps', 'scenes'],
] as (keyof RunOptions)[];

/** A training run: a system, where it stands, and what it has seen so far. */
export class Run {
  readonly translator: Translator;
  history: History = { steps: [], losses: {}, milestones: [], grids: [], seconds: 0 };
  /** Generator steps done. */
  step = 0;
  private readonly rhythm: Rhythm;
  private readonly rates: readonly (readonly [{ learningRate: number }, number])[];
  private readonly decay: (step: number) => number;

  constructor(
    readonly options: RunOptions,
    private readonly train: Scenes,
    private readonly test: Scenes,
    private readonly judge: Judge,
    rhythm: Partial<Rhythm> = {},
  ) {
    this.rhythm = { ...RHYTHM, ...rhythm };
    mkdirSync(options.out, { recursive: true });
    this.translator = buildTranslator(options);
    const { optimizers } = this.translator.system;
    this.rates = (Object.values(optimizers) as unknown as { learningRate: number }[]).map(
      (optimizer) => [optimizer, optimizer.learningRate],
    );
    const epochs = Math.ceil(options.steps / 2);
    this.decay = linearDecay({ epochs, decayEpochs: options.steps - epochs });
  }

  get checkpointPath(): string {
    return join(this.options.out, 'checkpoint.safetensors');
  }

  gridPath(step: number): string {
    return join(this.options.out, `pictures-${String(step).padStart(6, '0')}.png`);
  }

  /** One generator step and the discriminator steps that go with it. */
  async advance(): Promise<Record<string, number>> {
    const began = performance.now();
    for (const [optimizer, rate] of this.rates)
      optimizer.learningRate = rate * this.decay(this.step);
    const { system } = this.translator;
    const losses: Record<string, number> = {};
    const critics = this.options.system === 'wcyclegan-gp' ? this.options.criticSteps : 1;
    for (let i = 0; i < critics; i++)
      Object.assign(losses, await this.translator.train(this.train, system.steps.discriminator));
    this.step++;
    this.history.seconds += (performance.now() - began) / 1000;
    await this.observe(losses);
    return losses;
  }

  /** Notes what this step is due for. */
  private async observe(losses: Record<string, number>): Promise<void> {
    const { history, step } = this;
    const due = (every: number) => step % every === 0;
    if (due(this.rhythm.losses)) {
      history.steps.push(step);
      for (const [name, value] of Object.entries(losses)) (history.losses[name] ??= []).push(value);
    }
    if (due(this.rhythm.grid)) await this.saveGrid();
    if (due(this.rhythm.score))
      history.milestones.push({ step, scores: await this.scores(SCORE_SCENES) });
    if (due(this.rhythm.checkpoint)) await this.save();
  }

  /** Draws what the first held-out scenes become. */
  async saveGrid(): Promise<void> {
    const count = Math.min(GRID_ROWS, this.test.count);
    await savePNG(this.gridPath(this.step), await pictureOf(this.translator, this.test, count));
    this.history.grids.push(this.step);
  }

  /** Scores of held-out scenes, in each direction. */
  async scores(scenes = this.test.count): Promise<ScoresByDirection> {
    const places = range(0, Math.min(scenes, this.test.count));
    const scores: ScoresByDirection = {};
    for (const direction of this.translator.directions) {
      const toLabels = direction === 'photo-to-labels';
      const given = toLabels ? this.test.photos(places) : this.test.maps(places);
      const made = this.translator.translate(direction, given);
      scores[direction] = toLabels
        ? await this.judge.maps(made, places)
        : await this.judge.photos(made, places);
      given.dispose();
      made.dispose();
    }
    return scores;
  }

  /** Writes the checkpoint; the file of before stays whole until the new one is. */
  async save(): Promise<void> {
    const choice = Object.fromEntries(KEPT.map((name) => [name, this.options[name]]));
    const extra = { ...choice, step: this.step, history: this.history };
    await saveCheckpoint(this.translator.system, this.checkpointPath, {
      extra: extra as unknown as CheckpointExtra,
    });
  }

  /** Goes on where the checkpoint of this folder stopped. */
  async resume(): Promise<void> {
    const extra = await loadCheckpoint(this.translator.system, this.checkpointPath);
    for (const name of KEPT)
      if (extra[name] !== this.options[name])
        throw new Error(`the checkpoint was made with ${name} ${JSON.stringify(extra[name])}`);
    this.step = extra['step'] as number;
    this.history = extra['history'] as unknown as History;
  }
}
