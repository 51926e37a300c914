import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RasterImage } from 'gan-kit/io';
import type { StackedGAN } from 'gan-kit/training';
import type { Images } from '../mnist/data.js';
import { stackPictures } from '../stack_pictures.js';
import { append, TrainingRun } from '../training_run.js';
import type { Rhythm, StepLosses, TrainingHistory, TrainingRunOptions } from '../training_run.js';
import type { Figures, Jury } from './figures.js';
import { brightBatch } from './images.js';
import type { Sizes } from './networks.js';
import { drawReconstructions, drawSamples } from './pictures.js';
import { buildGAN, SIZES } from './recipe.js';

const RHYTHM: Rhythm = { losses: 10, grid: 300, score: 300, checkpoint: 150 };

/** The options of a run. */
export interface RunOptions extends TrainingRunOptions {
  /** The number of steps at the end that are joint. */
  readonly joint: number;
  /** The weight of the entropy loss. */
  readonly entropy: number;
  readonly batch: number;
  readonly seed: number;
}

/** The data that a report draws. */
interface History extends TrainingHistory {
  /** All losses by name, at the steps of `steps`. */
  losses: Record<string, number[]>;
  milestones: (Figures & { readonly step: number })[];
}

/** The training run of a stack over a trained encoder: its levels apart at first, and jointly at the end. */
export class Run extends TrainingRun<RunOptions> {
  readonly gan: StackedGAN;
  override history: History = { steps: [], grids: [], seconds: 0, losses: {}, milestones: [] };
  protected override readonly pictureName = 'digits';

  constructor(
    options: RunOptions,
    encoder: LayersModel,
    private readonly images: Images,
    private readonly jury: Jury,
    private readonly clock: () => number,
    { sizes = SIZES, ...rhythm }: Partial<Rhythm> & { readonly sizes?: Sizes } = {},
  ) {
    const gan = buildGAN(encoder, options.entropy, options.seed, sizes);
    super(gan, options, { ...RHYTHM, ...rhythm });
    this.gan = gan;
  }

  protected override get kept() {
    const { steps, joint, entropy, batch, seed } = this.options;
    return { steps, joint, entropy, batch, seed };
  }

  protected override now(): number {
    return this.clock();
  }

  /** Returns 1: the authors' rates do not fall. */
  protected override decay(): number {
    return 1;
  }

  protected override batch(index: number) {
    const { steps, joint, batch, seed } = this.options;
    this.gan.mode = index < steps - joint ? 'independent' : 'joint';
    return brightBatch(this.images, batch, seed, index);
  }

  protected override noteLosses(losses: StepLosses): void {
    append(this.history.losses, losses);
  }

  /** Draws both levels: reconstructions from features, and under them samples from labels. */
  protected override async picture(): Promise<RasterImage> {
    const shown = this.jury.oneOfEach();
    const reconstructions = await drawReconstructions(this.gan, shown);
    shown.dispose();
    return stackPictures([reconstructions, await drawSamples(this.gan)]);
  }

  override async score(): Promise<void> {
    const { step, history } = this;
    history.milestones.push({ step, ...(await this.jury.figuresOf(this.gan)) });
  }

  /** Frees the networks and the optimizers. */
  dispose(): void {
    this.gan.dispose();
    for (const network of Object.values(this.gan.networks)) network.dispose();
    for (const optimizer of Object.values(this.gan.optimizers)) optimizer.dispose();
  }
}
