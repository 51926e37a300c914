import { dispose, tile } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import { sampleLatents } from 'gan-kit/training';
import type { GAN } from 'gan-kit/training';
import type { Classifier } from '../mnist/classifier.js';
import type { Images } from '../mnist/data.js';
import { TrainingRun } from '../training_run.js';
import type { Rhythm, StepLosses, TrainingHistory, TrainingRunOptions } from '../training_run.js';
import { agreementOf } from './agreement.js';
import type { Agreement } from './agreement.js';
import { generateDigits } from './generate_digits.js';
import { digitRows, labelledBatch, labelTensor } from './labels.js';
import { buildGAN, DIGITS } from './recipe.js';

const RHYTHM: Rhythm = { losses: 10, grid: 250, score: 500, checkpoint: 500 };
/** Number of samples of each digit in a picture. */
const COLUMNS = 10;

/** The options of a run. */
export interface RunOptions extends TrainingRunOptions {
  readonly batch: number;
  readonly seed: number;
}

/** The data that a report draws. */
interface History extends TrainingHistory {
  discriminator: number[];
  generator: number[];
  milestones: { step: number; share: number }[];
}

/** The training run of a GAN on digits with labels. */
export class Run extends TrainingRun<RunOptions> {
  readonly gan: GAN<Tensor4D>;
  override history: History = {
    ...{ steps: [], grids: [], seconds: 0 },
    ...{ discriminator: [], generator: [], milestones: [] },
  };
  protected override readonly pictureName = 'samples';

  constructor(
    options: RunOptions,
    private readonly images: Images,
    private readonly classifier: Classifier,
    rhythm: Partial<Rhythm> = {},
  ) {
    const gan = buildGAN(options.seed);
    super(gan, options, { ...RHYTHM, ...rhythm });
    this.gan = gan;
  }

  protected override get kept() {
    const { batch, seed } = this.options;
    return { batch, seed };
  }

  protected override batch(index: number) {
    const { batch, seed } = this.options;
    return labelledBatch(this.images, batch, seed, index);
  }

  protected override noteLosses({ discriminator, generator }: StepLosses): void {
    this.history.discriminator.push(discriminator!);
    this.history.generator.push(generator!);
  }

  /** Draws a picture in which each row is a digit and each column a latent vector. */
  protected override async picture(): Promise<RasterImage> {
    const drawn = sampleLatents({ count: COLUMNS, size: this.gan.latentSize, seed: 1 });
    const latents = tile(drawn, [DIGITS, 1]);
    const images = generateDigits(this.gan, latents, digitRows(COLUMNS), labelTensor);
    const picture = await imageGrid(images, { columns: COLUMNS, scale: 2 });
    dispose([drawn, latents, images]);
    return picture;
  }

  /** Makes samples of the requested digits, with latent vectors from `seed`. */
  sample(asked: Uint8Array, seed: number): Tensor4D {
    const latents = sampleLatents({ count: asked.length, size: this.gan.latentSize, seed });
    const images = generateDigits(this.gan, latents, asked, labelTensor);
    latents.dispose();
    return images;
  }

  /** Makes `ofEach` samples of each digit, and returns the share that the classifier recognizes. */
  async agreement(ofEach: number, seed: number): Promise<Agreement> {
    const asked = digitRows(ofEach);
    const images = this.sample(asked, seed);
    const agreement = await agreementOf(this.classifier, images, asked);
    images.dispose();
    return agreement;
  }

  override async score(): Promise<void> {
    const { share } = await this.agreement(50, 2);
    this.history.milestones.push({ step: this.step, share });
  }
}
