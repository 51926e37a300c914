import { concat, dispose, slice, tidy } from '@tensorflow/tfjs-core';
import type { Rank, Tensor4D } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import { functionalCall, withFrozenStatistics } from 'gan-kit/layers';
import { sampleLatents } from 'gan-kit/training';
import type { GAN } from 'gan-kit/training';
import type { Classifier } from '../mnist/classifier.js';
import type { Images } from '../mnist/data.js';
import { TrainingRun } from '../training_run.js';
import type { Rhythm, StepLosses, TrainingHistory, TrainingRunOptions } from '../training_run.js';
import { stackedBatch } from './images.js';
import { modesOf } from './modes.js';
import type { Modes } from './modes.js';
import { buildGAN } from './recipe.js';

const RHYTHM: Rhythm = { losses: 10, grid: 500, score: 500, checkpoint: 250 };
/** Number of samples whose statistics normalize them, as in the paper's code. */
export const TOGETHER = 128;
/** Number of samples of a count during the training: 1 / 10 of those at the end. */
export const COUNTED = 2560;
const COLUMNS = 12;
const ROWS = 2;

/** The options of a run. */
export interface RunOptions extends TrainingRunOptions {
  /** Number of images that the discriminator judges at once. */
  readonly packing: number;
  /** Number of packs in a batch. */
  readonly batch: number;
  readonly seed: number;
}

/** The data that a report draws. */
interface History extends TrainingHistory {
  discriminator: number[];
  generator: number[];
  milestones: (Modes & { readonly step: number })[];
}

/** The training run of a GAN on stacked digits, with one number of images in a pack. */
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
    private readonly clock: () => number,
    rhythm: Partial<Rhythm> = {},
  ) {
    const gan = buildGAN(options.packing, options.seed);
    super(gan, options, { ...RHYTHM, ...rhythm });
    this.gan = gan;
  }

  protected override get kept() {
    const { packing, batch, seed } = this.options;
    return { packing, batch, seed };
  }

  protected override now(): number {
    return this.clock();
  }

  /** Returns 1: the rates of the paper do not fall. */
  protected override decay(): number {
    return 1;
  }

  protected override batch(index: number) {
    const { packing, batch, seed } = this.options;
    return { real: stackedBatch(this.images, packing * batch, seed, index) };
  }

  protected override noteLosses({ discriminator, generator }: StepLosses): void {
    this.history.discriminator.push(discriminator!);
    this.history.generator.push(generator!);
  }

  /** Makes samples with latent vectors from `seed`, batch by batch, each normalized by its own statistics. */
  *samples(count: number, seed: number): Generator<Tensor4D, void> {
    const { latentSize: size, networks } = this.gan;
    const latents = sampleLatents({ count, size, seed });
    for (let i = 0; i < count; i += TOGETHER)
      yield tidy(() => {
        const part = slice(latents, [i, 0], [Math.min(TOGETHER, count - i), -1]);
        // `gan.generate` has the running statistics
        return withFrozenStatistics(() =>
          functionalCall<Rank.R4>(networks.generator, {}, part, { training: true }),
        );
      });
    latents.dispose();
  }

  /** Counts the modes of samples with latent vectors from `seed`. */
  modes(count: number, seed: number): Promise<Modes> {
    return modesOf(this.classifier, this.samples(count, seed));
  }

  /** Draws some samples of a batch of fixed latent vectors. */
  protected override async picture(): Promise<RasterImage> {
    const parts = [...this.samples(TOGETHER, 1)];
    const shown = tidy(() => slice(concat(parts), 0, COLUMNS * ROWS));
    const picture = await imageGrid(shown, { columns: COLUMNS, scale: 2 });
    dispose([parts, shown]);
    return picture;
  }

  override async score(): Promise<void> {
    this.history.milestones.push({ step: this.step, ...(await this.modes(COUNTED, 2)) });
  }

  /** Frees the networks and the optimizers. */
  dispose(): void {
    this.gan.dispose();
    for (const network of Object.values(this.gan.networks)) network.dispose();
    for (const optimizer of Object.values(this.gan.optimizers)) optimizer.dispose();
  }
}
