import { argMax, mul, reshape, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import { initializeByData } from 'gan-kit/models';
import { sampleLatents, shuffledBatch } from 'gan-kit/training';
import type { SemiSupervisedGAN } from 'gan-kit/training';
import { range, SIDE } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';
import { TrainingRun } from '../training_run.js';
import type { Rhythm, TrainingHistory, TrainingRunOptions } from '../training_run.js';
import { labelledPlaces, labelRows, pixelRows } from './data.js';
import { ganLearner, supervisedLearner } from './learners.js';
import type { Learner } from './learners.js';
import { classifierNetwork, LATENTS } from './networks.js';

const RHYTHM: Rhythm = { losses: 1, grid: 300, score: 200, checkpoint: 200 };
/** The number of images by which the authors initialize the classifier. */
const FIRST_IMAGES = 500;
/** The number of test images that are classified at once. */
const AT_ONCE = 1000;
const COLUMNS = 20;
const ROWS = 5;

/** What the classifier learns from. */
export const ARMS = ['semi-supervised', 'labels alone'] as const;

/** What distinguishes a run from others. */
export interface Setting {
  readonly arm: (typeof ARMS)[number];
  readonly seed: number;
  readonly steps: number;
  readonly batch: number;
  readonly perClass: number;
  /** What the widths of the authors' networks are divided by. */
  readonly divisor: number;
}

/** The wrong answers on the test images. */
export interface Milestone {
  readonly step: number;
  /** Seconds of training until then. */
  readonly seconds: number;
  /** With averaged weights. */
  readonly errors: number;
  /** With the latest weights. */
  readonly latest: number;
}

/** The halves of the data. */
export interface Data {
  readonly train: Images;
  readonly test: Images;
}

interface History extends TrainingHistory {
  milestones: Milestone[];
}

/** The training of a classifier with few labels. */
export class Run extends TrainingRun<Setting & TrainingRunOptions> {
  override history: History = { steps: [], grids: [], seconds: 0, milestones: [] };
  protected override readonly pictureName = 'samples';
  /** The images that have a label. */
  private readonly places: readonly number[];

  private constructor(
    options: Setting & TrainingRunOptions,
    private readonly data: Data,
    private readonly learner: Learner,
    private readonly gan: SemiSupervisedGAN | undefined,
    private readonly clock: () => number,
    rhythm: Partial<Rhythm>,
  ) {
    super(learner.system, options, { ...RHYTHM, ...rhythm });
    this.places = labelledPlaces(data.train, options.perClass, options.seed);
  }

  /** Makes a run, and initializes its classifier by images without labels. */
  static async create(
    options: Setting & TrainingRunOptions,
    data: Data,
    clock: () => number,
    rhythm: Partial<Rhythm> = {},
  ): Promise<Run> {
    const { arm, seed, divisor } = options;
    const classifier = classifierNetwork(seed, divisor);
    const first = pixelRows(data.train, batchPlaces(data.train.count, FIRST_IMAGES, 3 * seed, 0));
    await initializeByData(classifier, first);
    first.dispose();
    if (arm !== 'semi-supervised')
      return new Run(options, data, supervisedLearner(classifier), undefined, clock, rhythm);
    const gan = ganLearner(classifier, seed, divisor);
    const classify: Learner['classify'] = (samples, average) => gan.classify({ samples, average });
    return new Run(options, data, { system: gan, classify }, gan, clock, rhythm);
  }

  /** Returns all that the run follows from. */
  protected override get kept() {
    const { arm, seed, batch, perClass, divisor } = this.options;
    return { arm, seed, batch, perClass, divisor };
  }

  protected override now(): number {
    return this.clock();
  }

  /** Leaves the rates as they are. */
  protected override decay(): number {
    return 1;
  }

  protected override batch(step: number) {
    const { gan, places } = this;
    const { batch, seed } = this.options;
    const { train } = this.data;
    const size = Math.min(batch, places.length);
    const chosen = batchPlaces(places.length, size, seed, step).map((i) => places[i]!);
    const [labelled, labels] = [pixelRows(train, chosen), labelRows(train, chosen)];
    // two independent shuffles, as in the authors' code
    const [unlabelled, matched] = [1, 2].map((order) =>
      gan ? pixelRows(train, batchPlaces(train.count, batch, 3 * seed + order, step)) : labelled,
    ) as [Tensor2D, Tensor2D];
    return { labelled, labels, unlabelled, matched };
  }

  protected override noteLosses(): void {
    // the report shows errors
  }

  /** Draws samples; without a generator, the labelled images, a class in each row. */
  protected override async picture(): Promise<RasterImage> {
    const { gan, places, data } = this;
    const images = tidy(() => {
      const count = COLUMNS * ROWS;
      const latents = sampleLatents({ count, size: LATENTS, distribution: 'uniform01', seed: 1 });
      const rows = gan?.generate({ latents }) ?? pixelRows(data.train, places);
      const square: Tensor4D = reshape(rows, [-1, SIDE, SIDE, 1]);
      return sub<Tensor4D>(mul(square, 2), 1);
    });
    const columns = gan === undefined ? this.options.perClass : COLUMNS;
    const picture = await imageGrid(images, { columns, gap: 2 });
    images.dispose();
    return picture;
  }

  override async score(): Promise<void> {
    const [errors, latest] = [await this.errors(true), await this.errors(false)];
    const { seconds, milestones } = this.history;
    milestones.push({ step: this.step, seconds, errors, latest });
  }

  /** Counts the test images that the classifier gets wrong. */
  private async errors(average: boolean): Promise<number> {
    const { test } = this.data;
    let wrong = 0;
    for (let first = 0; first < test.count; first += AT_ONCE) {
      const places = range(first, Math.min(AT_ONCE, test.count - first));
      const found = tidy(() => {
        const samples = pixelRows(test, places);
        return argMax(this.learner.classify(samples, average), 1);
      });
      const classes = await found.data();
      found.dispose();
      wrong += places.filter((place, i) => classes[i] !== test.digits[place]).length;
    }
    return wrong;
  }

  /** Frees the networks and all else that the run made. */
  dispose(): void {
    const { system } = this.learner;
    const { networks, optimizers } = system;
    system.dispose();
    for (const part of [...Object.values(networks), ...Object.values(optimizers)]) part.dispose();
  }
}

const batchPlaces = (count: number, batchSize: number, seed: number, index: number) =>
  shuffledBatch({ count, batchSize, seed, index });
