import type { Tensor4D } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { CheckpointExtra, RasterImage } from 'gan-kit/io';
import { spectralNorms } from 'gan-kit/layers';
import { sampleLatents } from 'gan-kit/training';
import type { GAN } from 'gan-kit/training';
import { append, PortableRun } from '../portable_run.js';
import type { Rhythm, StepLosses, TrainingRunOptions } from '../portable_run.js';
import { trainingBatch } from './data.js';
import type { Images } from './data.js';
import { emptyHistory } from './history.js';
import { buildGAN, criticSteps } from './recipe.js';
import type { Choice } from './recipe.js';
import type { Scorer } from './scores.js';

const RHYTHM: Rhythm = { losses: 10, grid: 250, score: 500, checkpoint: 500 };
// samples and splits of a score during training
const SCORE_SAMPLES = 1000;
const SCORE_SPLITS = 5;
const GRID = 10;

/** The options of a run. */
export interface RunOptions extends Choice, TrainingRunOptions {
  readonly batch: number;
}

/** The training run of a GAN on digits. */
export abstract class DigitsRun extends PortableRun<RunOptions> {
  readonly gan: GAN;
  override history = emptyHistory();
  protected override readonly pictureName = 'samples';
  protected override readonly updates: number;

  constructor(
    options: RunOptions,
    private readonly images: Images,
    private readonly scorer: Scorer,
    rhythm: Partial<Rhythm> = {},
  ) {
    const gan = buildGAN(options);
    super(gan, options, { ...RHYTHM, ...rhythm });
    this.gan = gan;
    this.updates = criticSteps(options.loss);
  }

  protected override get kept() {
    const { loss, norm, penalty, batch, seed } = this.options;
    return { loss, norm, penalty, batch, seed, images: this.images.count };
  }

  /** Returns what the checkpoint has besides the state; with the length, on which the learning rates depend. */
  override get extra(): CheckpointExtra {
    return { ...super.extra, steps: this.options.steps };
  }

  protected override batch(index: number) {
    const { batch, seed } = this.options;
    this.history.images += batch;
    return { real: trainingBatch(this.images, batch, seed, index) };
  }

  /** Returns 1 in the first half of the steps, then linearly less, down to 0 at the step after the last. */
  protected override decay(step: number): number {
    return Math.min(1, 2 - (2 * step) / this.options.steps);
  }

  protected override async observe(losses: StepLosses): Promise<void> {
    await this.watch();
    await super.observe(losses);
  }

  /** Records gradients and σ if the monitor has measured this step. */
  private async watch(): Promise<void> {
    const watched = await this.gan.monitor?.read();
    if (watched === undefined) return;
    const { history } = this;
    history.watched.push(this.step);
    append(history.gradients, watched.norms);
    append(history.sigmas, await spectralNorms(this.gan.networks.discriminator));
    history.warnings.push(...watched.warnings);
  }

  protected override noteLosses({ discriminator, generator, penalty }: StepLosses): void {
    const { history } = this;
    history.discriminator.push(discriminator!);
    history.generator.push(generator!);
    if (penalty !== undefined) history.penalty.push(penalty);
  }

  /** Draws the samples of fixed latent vectors. */
  override async picture(): Promise<RasterImage> {
    const images = this.sample(GRID * GRID, 1);
    const picture = await imageGrid(images, { columns: GRID, scale: 2 });
    images.dispose();
    return picture;
  }

  /** Makes samples with latent vectors from `seed`. */
  sample(count: number, seed: number): Tensor4D {
    const latents = sampleLatents({ count, size: this.gan.latentSize, seed });
    const images: Tensor4D = this.gan.generate({ latents });
    latents.dispose();
    return images;
  }

  /** Scores the samples of a fixed seed. */
  override async score(): Promise<void> {
    const images = this.sample(SCORE_SAMPLES, 2);
    const scores = await this.scorer.judge(images, SCORE_SPLITS);
    this.history.milestones.push({ step: this.step, seconds: this.history.seconds, ...scores });
    images.dispose();
  }
}
