import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { dispose } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { CheckpointExtra } from 'gan-kit/io';
import { loadCheckpoint, saveCheckpoint, savePNG } from 'gan-kit/node';
import { linearDecay } from 'gan-kit/training';
import type { Pix2Pix, Pix2PixLosses } from 'gan-kit/training';
import type { Clothes } from './fashion.js';
import type { Judge, Scores } from './judge.js';
import { pairBatch, range, trainingBatch } from './pairs.js';
import { byRow } from './pictures.js';
import { buildPix2Pix, translate } from './recipe.js';
import type { Choice } from './recipe.js';

/** How often things happen, in steps. */
export interface Rhythm {
  readonly losses: number;
  readonly grid: number;
  readonly score: number;
  readonly checkpoint: number;
}

const RHYTHM: Rhythm = { losses: 10, grid: 250, score: 250, checkpoint: 250 };
const GRID_ROWS = 12;
const GRID_TRIPLES = 4;

/** What a run is made of. */
export interface RunOptions extends Choice {
  readonly batch: number;
  /** Steps of the whole run: learning rates fall to 0 over its second half. */
  readonly steps: number;
  readonly out: string;
}

/** Everything a report draws; it travels with the checkpoint, so a resumed run shows all of it. */
export interface History {
  /** Steps at which the losses were noted, and the losses by name. */
  steps: number[];
  losses: Record<string, number[]>;
  milestones: (Scores & { readonly step: number })[];
  /** Steps of which there is a picture. */
  grids: number[];
  /** Of training, without scoring and drawing. */
  seconds: number;
}

/** What a checkpoint must share with the run that goes on from it. */
const KEPT = ['lambda', 'seed', 'batch', 'steps'] as const;

/** A training run: a system, where it stands, and what it has seen so far. */
export class Run {
  readonly pix2pix: Pix2Pix;
  history: History = { steps: [], losses: {}, milestones: [], grids: [], seconds: 0 };
  step = 0;
  private readonly rhythm: Rhythm;
  private readonly rates: readonly (readonly [{ learningRate: number }, number])[];
  private readonly decay: (step: number) => number;

  constructor(
    readonly options: RunOptions,
    private readonly train: Clothes,
    private readonly test: Clothes,
    private readonly judge: Judge,
    rhythm: Partial<Rhythm> = {},
  ) {
    this.rhythm = { ...RHYTHM, ...rhythm };
    mkdirSync(options.out, { recursive: true });
    this.pix2pix = buildPix2Pix(options);
    const optimizers = Object.values(this.pix2pix.optimizers);
    this.rates = (optimizers as unknown as { learningRate: number }[]).map((optimizer) => [
      optimizer,
      optimizer.learningRate,
    ]);
    const epochs = Math.ceil(options.steps / 2);
    this.decay = linearDecay({ epochs, decayEpochs: options.steps - epochs });
  }

  get checkpointPath(): string {
    return join(this.options.out, 'checkpoint.safetensors');
  }

  gridPath(step: number): string {
    return join(this.options.out, `pictures-${String(step).padStart(6, '0')}.png`);
  }

  /** One update of both networks. */
  async advance(): Promise<Pix2PixLosses> {
    const { batch, seed } = this.options;
    const began = performance.now();
    for (const [optimizer, rate] of this.rates)
      optimizer.learningRate = rate * this.decay(this.step);
    const pairs = trainingBatch(this.train, batch, seed, this.step);
    const losses = await this.pix2pix.trainStep(pairs);
    dispose([pairs.a, pairs.b]);
    this.step++;
    this.history.seconds += (performance.now() - began) / 1000;
    await this.observe(losses);
    return losses;
  }

  /** Notes what this step is due for. */
  private async observe(losses: Pix2PixLosses): Promise<void> {
    const { history, rhythm, step } = this;
    const due = (every: number) => step % every === 0;
    if (due(rhythm.losses)) {
      history.steps.push(step);
      for (const [name, value] of Object.entries(losses))
        (history.losses[name] ??= []).push(value as number);
    }
    if (due(rhythm.grid)) await this.saveGrid();
    if (due(rhythm.score)) history.milestones.push({ step, ...(await this.scores()) });
    if (due(rhythm.checkpoint)) await this.save();
  }

  /** Draws the first held-out pairs: drawing, translation and photo, four times in a row. */
  async saveGrid(): Promise<void> {
    const count = Math.min(GRID_ROWS * GRID_TRIPLES, this.test.count);
    const { a, b } = pairBatch(this.test, range(0, count));
    const made = translate(this.pix2pix, a);
    const triples = byRow([a, made, b]);
    const picture = await imageGrid(triples, {
      ...{ columns: 3 * GRID_TRIPLES, scale: 2, background: 160 },
    });
    await savePNG(this.gridPath(this.step), picture);
    this.history.grids.push(this.step);
    dispose([a, b, made, triples]);
  }

  /** Scores of the held-out pairs. */
  scores(): Promise<Scores> {
    return this.judge.judge((edges) => translate(this.pix2pix, edges));
  }

  /** Writes the checkpoint; the file of before stays whole until the new one is. */
  async save(): Promise<void> {
    const choice = Object.fromEntries(KEPT.map((name) => [name, this.options[name]]));
    const extra = { ...choice, step: this.step, history: this.history };
    await saveCheckpoint(this.pix2pix, this.checkpointPath, {
      extra: extra as unknown as CheckpointExtra,
    });
  }

  /** Goes on where the checkpoint of this folder stopped. */
  async resume(): Promise<void> {
    const extra = await loadCheckpoint(this.pix2pix, this.checkpointPath);
    for (const name of KEPT)
      if (extra[name] !== this.options[name])
        throw new Error(`the checkpoint was made with --${name} ${JSON.stringify(extra[name])}`);
    this.step = extra['step'] as number;
    this.history = extra['history'] as unknown as History;
  }

  /** Frees the networks and what they were trained with. */
  dispose(): void {
    this.pix2pix.dispose();
    for (const optimizer of Object.values(this.pix2pix.optimizers)) optimizer.dispose();
  }
}
