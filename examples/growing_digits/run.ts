import { clipByValue, tidy } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import { sampleLatents } from 'gan-kit/training';
import type { ProgressiveGAN } from 'gan-kit/training';
import type { Milestone } from '../mnist/history.js';
import type { Images } from '../mnist/data.js';
import { digitsIn, PADDED_SIDE, paddedBatch } from '../mnist/padded.js';
import type { Judge, Scores } from '../mnist/scores.js';
import { TrainingRun } from '../training_run.js';
import type { StepLosses, TrainingHistory } from '../training_run.js';
import { STARTS, buildGAN } from './recipe.js';
import type { Way } from './recipe.js';

/** Steps between two records of the losses. */
const LOSSES = 5;
/** Scores over the whole training, each followed by a checkpoint. */
const SCORES = 12;
const SCORE_SPLITS = 5;
const COLUMNS = 12;
const ROWS = 2;

/** The options of a run. */
export interface RunOptions {
  readonly way: Way;
  /** The seconds of the training. */
  readonly seconds: number;
  readonly batch: number;
  readonly seed: number;
  /** Samples of a score during the training. */
  readonly samples: number;
  readonly out: string;
}

/** The scores at one moment, and the size of the images that were scored. */
export interface StageMilestone extends Milestone {
  readonly resolution: number;
}

/** The data that a report draws. */
interface History extends TrainingHistory {
  discriminator: number[];
  generator: number[];
  penalty: number[];
  milestones: StageMilestone[];
  /** The steps at which a stage ended, and the last one: those with a picture. */
  ends: { step: number; resolution: number; seconds: number }[];
}

/** The training run of a Progressive GAN on digits, in one of the two ways. */
export class Run extends TrainingRun<RunOptions> {
  readonly gan: ProgressiveGAN;
  override history: History = {
    ...{ steps: [], grids: [], seconds: 0 },
    ...{ discriminator: [], generator: [], penalty: [], milestones: [], ends: [] },
  };
  protected override readonly pictureName = 'samples';

  constructor(
    options: RunOptions,
    private readonly images: Images,
    private readonly judge: Judge,
    private readonly clock: () => number,
  ) {
    const gan = buildGAN(options.way, options.seconds, options.seed);
    // `observe` has a rhythm of its own, in seconds
    super(gan, options, { losses: LOSSES, grid: Infinity, score: Infinity, checkpoint: Infinity });
    this.gan = gan;
  }

  protected override get kept() {
    const { seconds, batch, seed } = this.options;
    return { seconds, batch, seed };
  }

  override get done(): number {
    return this.history.seconds;
  }

  override get length(): number {
    return this.options.seconds;
  }

  protected override now(): number {
    return this.clock();
  }

  /** Returns 1: the rates of Progressive GAN do not fall. */
  protected override decay(): number {
    return 1;
  }

  protected override batch(index: number) {
    const { batch, seed } = this.options;
    return { real: paddedBatch(this.images, batch, seed, index) };
  }

  protected override async observe(losses: StepLosses): Promise<void> {
    await super.observe(losses);
    const { gan, history, length } = this;
    const start = STARTS[gan.stage + 1];
    if (start !== undefined && gan.fade === 0 && history.seconds >= start * length) {
      await this.endStage();
      gan.grow();
    }
    if (history.seconds >= ((history.milestones.length + 1) * length) / SCORES) {
      await this.score();
      await this.save();
    }
  }

  /** Draws what the stage makes at its end. */
  async endStage(): Promise<void> {
    const { step, gan, history } = this;
    if (history.grids.at(-1) !== step) await this.saveGrid();
    history.ends.push({ step, resolution: gan.resolution, seconds: history.seconds });
  }

  protected override noteLosses({ discriminator, generator, penalty }: StepLosses): void {
    this.history.discriminator.push(discriminator!);
    this.history.generator.push(generator!);
    this.history.penalty.push(penalty!);
  }

  /** Draws the samples of fixed latent vectors, at 64 pixels across in every stage. */
  protected override async picture(): Promise<RasterImage> {
    const images = this.sample(COLUMNS * ROWS, 1);
    const scale = (2 * PADDED_SIDE) / images.shape[1];
    const picture = await imageGrid(images, { columns: COLUMNS, gap: 2, scale });
    images.dispose();
    return picture;
  }

  /** Makes samples with latent vectors from `seed`, as large as the stage makes them, within [−1, 1]. */
  sample(count: number, seed: number): Tensor4D {
    return tidy(() => {
      const latents = sampleLatents({ count, size: this.gan.latentSize, seed });
      return clipByValue(this.gan.generate({ latents }), -1, 1);
    });
  }

  /** Scores samples with latent vectors from `seed`. */
  async scoresOf(count: number, seed: number, splits = 10): Promise<Scores> {
    const digits = tidy(() => digitsIn(this.sample(count, seed)));
    const scores = await this.judge.judge(digits, splits);
    digits.dispose();
    return scores;
  }

  override async score(): Promise<void> {
    const { step, history, gan } = this;
    const scores = await this.scoresOf(this.options.samples, 2, SCORE_SPLITS);
    const { seconds } = history;
    history.milestones.push({ ...scores, step, seconds, resolution: gan.resolution });
  }
}
