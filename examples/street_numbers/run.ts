import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { dispose } from '@tensorflow/tfjs-core';
import type { CheckpointExtra } from 'gan-kit/io';
import { loadCheckpoint, saveCheckpoint } from 'gan-kit/node';
import type { CycleGAN, CycleGANLosses } from 'gan-kit/training';
import type { Reader } from './agreement.js';
import { unpairedBatch } from './domains.js';
import type { Domains } from './domains.js';
import { emptyHistory } from './history.js';
import type { History } from './history.js';
import { saveTranslations } from './pictures.js';
import { buildCycle, criticSteps } from './recipe.js';
import type { Choice } from './recipe.js';

/** How often things happen, in generator steps. */
export interface Rhythm {
  readonly losses: number;
  readonly grid: number;
  readonly reading: number;
  readonly checkpoint: number;
}

const RHYTHM: Rhythm = { losses: 10, grid: 250, reading: 250, checkpoint: 250 };
// how many images of each domain a reading on the way takes
const READ = 300;

/** What a run is made of. */
export interface RunOptions extends Choice {
  readonly batch: number;
  /** Generator steps of the whole run: learning rates fall to 0 over its second half. */
  readonly steps: number;
  readonly out: string;
}

/** A training run: a cycle, where it stands, and what it has seen so far. */
export class Run {
  readonly cycle: CycleGAN;
  history: History = emptyHistory();
  /** Generator steps done. */
  step = 0;
  private readonly rhythm: Rhythm;
  private readonly rates: readonly (readonly [{ learningRate: number }, number])[];

  constructor(
    readonly options: RunOptions,
    private readonly train: Domains,
    private readonly heldOut: Domains,
    private readonly reader: Reader,
    rhythm: Partial<Rhythm> = {},
  ) {
    this.rhythm = { ...RHYTHM, ...rhythm };
    mkdirSync(options.out, { recursive: true });
    this.cycle = buildCycle(options);
    const optimizers = Object.values(this.cycle.optimizers) as unknown as {
      learningRate: number;
    }[];
    this.rates = optimizers.map((optimizer) => [optimizer, optimizer.learningRate]);
  }

  get checkpointPath(): string {
    return join(this.options.out, 'checkpoint.safetensors');
  }

  gridPath(step: number): string {
    return join(this.options.out, `translations-${String(step).padStart(6, '0')}.png`);
  }

  /** One step of the generators and the discriminators' steps before it. */
  async advance(): Promise<CycleGANLosses> {
    const { batch, seed, variant, steps } = this.options;
    const began = performance.now();
    const decay = Math.min(1, 2 - (2 * this.step) / steps);
    for (const [optimizer, rate] of this.rates) optimizer.learningRate = rate * decay;
    let losses: CycleGANLosses = {};
    for (let i = 0; i < criticSteps(variant); i++) {
      const real = unpairedBatch(this.train, batch, seed, this.cycle.steps.discriminator);
      losses = await this.cycle.trainStep(real);
      dispose([real.a, real.b]);
      this.history.images += 2 * batch;
    }
    this.step++;
    this.history.seconds += (performance.now() - began) / 1000;
    await this.observe(losses);
    return losses;
  }

  /** Notes what this step is due for. */
  private async observe(losses: CycleGANLosses): Promise<void> {
    const { history, step, rhythm } = this;
    const due = (every: number) => step % every === 0;
    if (due(rhythm.losses)) {
      history.steps.push(step);
      for (const [name, value] of Object.entries(losses))
        (history.losses[name] ??= []).push(value as number);
    }
    if (due(rhythm.grid)) await this.saveGrid();
    if (due(rhythm.reading)) await this.read();
    if (due(rhythm.checkpoint)) await this.save();
  }

  /** Draws the translations of the same held-out images as ever. */
  async saveGrid(): Promise<void> {
    await saveTranslations(this.gridPath(this.step), this.cycle, this.heldOut);
    this.history.grids.push(this.step);
  }

  /** Notes the agreement; training knows nothing of it, nor of any label. */
  async read(): Promise<void> {
    const { ab, ba } = await this.reader.read(this.cycle, Math.min(READ, this.heldOut.a.count));
    this.history.milestones.push({ step: this.step, seconds: this.history.seconds, ab, ba });
  }

  /** Writes the checkpoint; the file of before stays whole until the new one is. */
  async save(): Promise<void> {
    const { variant, batch, seed } = this.options;
    const extra = { variant, batch, seed, step: this.step, history: { ...this.history } };
    await saveCheckpoint(this.cycle, this.checkpointPath, {
      extra: extra as unknown as CheckpointExtra,
    });
  }

  /** Goes on where the checkpoint of this folder stopped. */
  async resume(): Promise<void> {
    const extra = await loadCheckpoint(this.cycle, this.checkpointPath);
    for (const name of ['variant', 'batch', 'seed'] as const)
      if (extra[name] !== this.options[name])
        throw new Error(`the checkpoint was made with --${name} ${JSON.stringify(extra[name])}`);
    this.step = extra['step'] as number;
    this.history = extra['history'] as unknown as History;
  }
}
