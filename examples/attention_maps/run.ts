import { dispose, tidy, tile } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { ModelOf } from 'gan-kit';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import { sampleLatents } from 'gan-kit/training';
import type { GAN } from 'gan-kit/training';
import { generateDigits } from '../labelled_digits/generate_digits.js';
import { digitRows } from '../labelled_digits/labels.js';
import { DIGITS } from '../labelled_digits/recipe.js';
import type { Images } from '../mnist/data.js';
import { classTensor } from '../mnist/digit_classes.js';
import type { Milestone } from '../mnist/history.js';
import { digitsIn } from '../mnist/padded.js';
import { TrainingRun } from '../training_run.js';
import type { Rhythm, StepLosses, TrainingHistory, TrainingRunOptions } from '../training_run.js';
import { classedBatch, digitTurns } from './batches.js';
import { scoresOf } from './jury.js';
import type { ClassScores, Jury } from './jury.js';
import { gammaOf } from './layer.js';
import { buildGAN } from './recipe.js';
import type { Place } from './recipe.js';

const RHYTHM: Rhythm = { losses: 10, grid: 200, score: 100, checkpoint: 100 };
/** Number of samples of each digit in a picture. */
const COLUMNS = 10;

/** The options of a run. */
export interface RunOptions extends TrainingRunOptions {
  /** Where attention stands. */
  readonly attention: Place;
  /** The seconds of training after which the run is scored, besides at its end. */
  readonly seconds: number;
  readonly batch: number;
  readonly seed: number;
  /** Samples of each digit in a score during the training, and in one of the two that are compared. */
  readonly ofEach: { readonly during: number; readonly compared: number };
}

/** The scores at one step of the training. */
export type ClassMilestone = Milestone & ClassScores;

/** The data that a report draws. */
export interface History extends TrainingHistory {
  discriminator: number[];
  generator: number[];
  /** γ of the generator's attention and of the discriminator's, at the steps of the losses; empty without. */
  gammas: { generator: number[]; discriminator: number[] };
  milestones: ClassMilestone[];
  /** The scores at the seconds of the options; none before. */
  atSeconds: ClassMilestone[];
}

/** The training run of a class-conditional GAN with attention at one of the places. */
export class Run extends TrainingRun<RunOptions> {
  readonly gan: GAN<Tensor4D>;
  override history: History = {
    ...{ steps: [], grids: [], seconds: 0, discriminator: [], generator: [] },
    ...{ gammas: { generator: [], discriminator: [] }, milestones: [], atSeconds: [] },
  };
  protected override readonly pictureName = 'samples';

  constructor(
    options: RunOptions,
    private readonly images: Images,
    private readonly jury: Jury,
    private readonly clock: () => number,
    rhythm: Partial<Rhythm> = {},
  ) {
    const gan = buildGAN(options.attention, options.seed);
    super(gan, options, { ...RHYTHM, ...rhythm });
    this.gan = gan;
  }

  protected override get kept() {
    const { attention, seconds, batch, seed } = this.options;
    return { attention, seconds, batch, seed };
  }

  protected override now(): number {
    return this.clock();
  }

  /** Returns 1: the rates of SAGAN do not fall, and a run can be scored at any of its steps. */
  protected override decay(): number {
    return 1;
  }

  protected override batch(index: number) {
    const { batch, seed } = this.options;
    return classedBatch(this.images, batch, seed, index);
  }

  /** Reads γ of the networks that have attention. */
  protected override async read(): Promise<StepLosses> {
    const { generator, discriminator } = this.gan.networks;
    const found: Record<string, number> = {};
    for (const [name, network] of Object.entries({ ofG: generator, ofD: discriminator })) {
      const gamma = gammaOf(network);
      if (gamma !== undefined) found[name] = (await gamma.read().data())[0]!;
    }
    return found;
  }

  protected override noteLosses({ discriminator, generator, ofG, ofD }: StepLosses): void {
    const { history } = this;
    history.discriminator.push(discriminator!);
    history.generator.push(generator!);
    if (ofG !== undefined) history.gammas.generator.push(ofG);
    if (ofD !== undefined) history.gammas.discriminator.push(ofD);
  }

  protected override async observe(losses: StepLosses): Promise<void> {
    const { history, options } = this;
    if (history.seconds >= options.seconds && history.atSeconds.length === 0)
      history.atSeconds.push(await this.milestone(options.ofEach.compared, 3));
    await super.observe(losses);
  }

  /** Draws a picture in which each row is a digit and each column a latent vector. */
  protected override async picture(): Promise<RasterImage> {
    const drawn = sampleLatents({ count: COLUMNS, size: this.gan.latentSize, seed: 1 });
    const latents = tile(drawn, [DIGITS, 1]);
    const images = generateDigits(this.gan, latents, digitRows(COLUMNS), classTensor);
    const picture = await imageGrid(images, { columns: COLUMNS });
    dispose([drawn, latents, images]);
    return picture;
  }

  /** Scores samples of each digit with latent vectors from `seed`, at the present step. */
  async milestone(ofEach: number, seed: number): Promise<ClassMilestone> {
    const { step, history } = this;
    return { step, seconds: history.seconds, ...(await this.scoresOf(ofEach, seed)) };
  }

  /** Scores samples of the averaged generator, or of the given one, which has the same inputs. */
  async scoresOf(ofEach: number, seed: number, other?: ModelOf<Tensor4D>): Promise<ClassScores> {
    const { gan } = this;
    const asked = digitTurns(ofEach);
    const digits = tidy(() => {
      const latents = sampleLatents({ count: asked.length, size: gan.latentSize, seed });
      return digitsIn(
        other === undefined
          ? generateDigits(gan, latents, asked, classTensor)
          : other.predict([latents, classTensor(asked)], { batchSize: 250 }),
      );
    });
    const scores = await scoresOf(digits, asked, this.jury);
    digits.dispose();
    return scores;
  }

  override async score(): Promise<void> {
    this.history.milestones.push(await this.milestone(this.options.ofEach.during, 2));
  }
}
