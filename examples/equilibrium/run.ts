import { add, clipByValue, concat, slice, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import { sampleLatents } from 'gan-kit/training';
import type { BEGAN, BEGANLosses } from 'gan-kit/training';
import type { Images } from '../mnist/data.js';
import type { Milestone } from '../mnist/history.js';
import { digitsIn, paddedBatch } from '../mnist/padded.js';
import type { Judge } from '../mnist/scores.js';
import { TrainingRun } from '../training_run.js';
import type { Rhythm, StepLosses, TrainingHistory, TrainingRunOptions } from '../training_run.js';
import { emptyCourse } from './balance.js';
import type { Course } from './balance.js';
import { buildGAN, decayOver, LATENTS, SHIFT } from './recipe.js';

/** The losses of single steps are noisy: all are kept, and averaged where they are shown. */
const RHYTHM: Rhythm = { losses: 1, grid: 200, score: 200, checkpoint: 200 };
/** Number of samples of a score during the training. */
const SAMPLES = 1000;
const COLUMNS = 12;
const ROWS = 3;
/** The samples that are made at once, so that a large count does not fill the memory. */
const AT_ONCE = 250;

/** What distinguishes a run from others. */
export interface Setting {
  readonly gamma: number;
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
}

/** The options of a run. */
export interface RunOptions extends Setting, TrainingRunOptions {}

/** The data that a report draws. */
interface History extends TrainingHistory {
  course: Course;
  milestones: Milestone[];
}

/** The training run of BEGAN on digits with one γ. */
export class Run extends TrainingRun<RunOptions> {
  readonly gan: BEGAN;
  override history: History = {
    ...{ steps: [], grids: [], seconds: 0 },
    ...{ course: emptyCourse(), milestones: [] },
  };
  protected override readonly pictureName = 'samples';

  constructor(
    options: RunOptions,
    private readonly images: Images,
    private readonly judge: Judge,
    private readonly clock: () => number,
    rhythm: Partial<Rhythm> = {},
  ) {
    const gan = buildGAN(options.gamma, options.seed);
    super(gan, options, { ...RHYTHM, ...rhythm });
    this.gan = gan;
  }

  /** Returns all that the run follows from; the steps belong to it, because the rates fall by them. */
  protected override get kept() {
    const { gamma, seed, steps, batch } = this.options;
    return { gamma, seed, steps, batch };
  }

  protected override now(): number {
    return this.clock();
  }

  protected override decay(step: number): number {
    return decayOver(this.length)(step);
  }

  protected override batch(index: number) {
    const { batch, seed } = this.options;
    return { real: tidy(() => add(paddedBatch(this.images, batch, seed, index), SHIFT)) };
  }

  protected override noteLosses(losses: StepLosses): void {
    const { course } = this.history;
    for (const name of Object.keys(course) as (keyof BEGANLosses)[])
      course[name].push(losses[name]!);
  }

  protected override async picture(): Promise<RasterImage> {
    const images = this.sample(COLUMNS * ROWS, 1);
    const picture = await imageGrid(images, { columns: COLUMNS, gap: 2, scale: 2 });
    images.dispose();
    return picture;
  }

  /** Makes samples with latent vectors from `seed`, within [−1, 1], which the network itself may leave. */
  sample(count: number, seed: number): Tensor4D {
    return tidy(() => {
      const latents = sampleLatents({ count, size: LATENTS, distribution: 'uniform', seed });
      const parts: Tensor4D[] = [];
      for (let i = 0; i < count; i += AT_ONCE) {
        const some = slice(latents, [i, 0], [Math.min(AT_ONCE, count - i), LATENTS]);
        const made = sub<Tensor4D>(this.gan.generate({ latents: some }), SHIFT);
        parts.push(clipByValue(made, -1, 1));
      }
      return concat(parts);
    });
  }

  override async score(): Promise<void> {
    const digits = tidy(() => digitsIn(this.sample(SAMPLES, 2)));
    const scores = await this.judge.judge(digits, 5);
    digits.dispose();
    const { seconds, milestones } = this.history;
    milestones.push({ ...scores, step: this.step, seconds });
  }
}
