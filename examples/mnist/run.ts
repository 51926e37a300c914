import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { CheckpointExtra } from 'gan-kit/io';
import { spectralNorms } from 'gan-kit/layers';
import { loadCheckpoint, saveCheckpoint, savePNG } from 'gan-kit/node';
import { sampleLatents } from 'gan-kit/training';
import type { GAN, GANLosses } from 'gan-kit/training';
import { trainingBatch } from './data.js';
import type { Images } from './data.js';
import { emptyHistory, note } from './history.js';
import type { History } from './history.js';
import { buildGAN, criticSteps } from './recipe.js';
import type { Choice } from './recipe.js';
import type { Judge } from './scores.js';

/** How often things happen, in generator steps. */
export interface Rhythm {
  readonly losses: number;
  readonly grid: number;
  readonly score: number;
  readonly checkpoint: number;
}

const RHYTHM: Rhythm = { losses: 10, grid: 250, score: 500, checkpoint: 500 };
// how many samples a score on the way takes, in how many splits
const SCORE_SAMPLES = 1000;
const SCORE_SPLITS = 5;
const GRID = 10;

/** What a run is made of. */
export interface RunOptions extends Choice {
  readonly batch: number;
  /** Generator steps of the whole run: learning rates fall to 0 over its second half. */
  readonly steps: number;
  readonly out: string;
}

/** A training run: a system, where it stands, and what it has seen so far. */
export class Run {
  readonly gan: GAN;
  history: History = emptyHistory();
  /** Generator steps done. */
  step = 0;
  private readonly rhythm: Rhythm;
  private readonly rates: readonly (readonly [{ learningRate: number }, number])[];

  constructor(
    readonly options: RunOptions,
    private readonly train: Images,
    private readonly judge: Judge,
    rhythm: Partial<Rhythm> = {},
  ) {
    this.rhythm = { ...RHYTHM, ...rhythm };
    mkdirSync(options.out, { recursive: true });
    this.gan = buildGAN(options);
    const optimizers = Object.values(this.gan.optimizers) as unknown as { learningRate: number }[];
    this.rates = optimizers.map((optimizer) => [optimizer, optimizer.learningRate]);
  }

  get checkpointPath(): string {
    return join(this.options.out, 'checkpoint.safetensors');
  }

  gridPath(step: number): string {
    return join(this.options.out, `samples-${String(step).padStart(6, '0')}.png`);
  }

  /** One generator step and the discriminator steps before it. */
  async advance(): Promise<GANLosses> {
    const { batch, seed, loss } = this.options;
    const began = performance.now();
    const decay = Math.min(1, 2 - (2 * this.step) / this.options.steps);
    for (const [optimizer, rate] of this.rates) optimizer.learningRate = rate * decay;
    let losses: GANLosses = {};
    for (let i = 0; i < criticSteps(loss); i++) {
      const real = trainingBatch(this.train, batch, seed, this.gan.steps.discriminator);
      losses = await this.gan.trainStep({ real });
      real.dispose();
      this.history.images += batch;
    }
    this.step++;
    this.history.seconds += (performance.now() - began) / 1000;
    await this.observe(losses);
    return losses;
  }

  /** Notes what this step is due for. */
  private async observe({ discriminator, generator, penalty }: GANLosses): Promise<void> {
    const { history, step } = this;
    const due = (every: number) => step % every === 0;
    if (due(this.rhythm.losses)) {
      history.steps.push(step);
      history.discriminator.push(discriminator!);
      history.generator.push(generator!);
      if (penalty !== undefined) history.penalty.push(penalty);
    }
    const watched = await this.gan.monitor?.read();
    if (watched !== undefined) {
      history.watched.push(step);
      note(history.gradients, watched.norms);
      note(history.sigmas, await spectralNorms(this.gan.networks.discriminator));
      history.warnings.push(...watched.warnings);
    }
    if (due(this.rhythm.grid)) await this.saveGrid();
    if (due(this.rhythm.score)) await this.score();
    if (due(this.rhythm.checkpoint)) await this.save();
  }

  /** Draws the samples of the fixed latent vectors. */
  async saveGrid(): Promise<void> {
    const latents = sampleLatents({ count: GRID * GRID, size: this.gan.latentSize, seed: 1 });
    const images = this.gan.generate({ latents }) as Tensor4D;
    await savePNG(this.gridPath(this.step), await imageGrid(images, { columns: GRID, scale: 2 }));
    this.history.grids.push(this.step);
    dispose([latents, images]);
  }

  /** Fresh samples; the seed tells which. */
  sample(count: number, seed: number): Tensor4D {
    const latents = sampleLatents({ count, size: this.gan.latentSize, seed });
    const images = this.gan.generate({ latents }) as Tensor4D;
    latents.dispose();
    return images;
  }

  /** Scores the samples of a fixed seed and notes it. */
  async score(): Promise<void> {
    const images = this.sample(SCORE_SAMPLES, 2);
    const scores = await this.judge.judge(images, SCORE_SPLITS);
    this.history.milestones.push({ step: this.step, seconds: this.history.seconds, ...scores });
    images.dispose();
  }

  /** Writes the checkpoint; the file of before stays whole until the new one is. */
  async save(): Promise<void> {
    const { loss, norm, penalty, batch, seed } = this.options;
    const extra = {
      loss,
      norm,
      penalty,
      batch,
      seed,
      step: this.step,
      history: { ...this.history },
    };
    await saveCheckpoint(this.gan, this.checkpointPath, {
      extra: extra as unknown as CheckpointExtra,
    });
  }

  /** Goes on where the checkpoint of this folder stopped. */
  async resume(): Promise<void> {
    const extra = await loadCheckpoint(this.gan, this.checkpointPath);
    for (const name of ['loss', 'norm', 'penalty', 'batch', 'seed'] as const)
      if (extra[name] !== this.options[name])
        throw new Error(`the checkpoint was made with --${name} ${JSON.stringify(extra[name])}`);
    this.step = extra['step'] as number;
    this.history = extra['history'] as unknown as History;
  }
}
