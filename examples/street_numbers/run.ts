import type { RasterImage } from 'gan-kit/io';
import type { CycleGAN } from 'gan-kit/training';
import { append, TrainingRun } from '../training_run.js';
import type { Rhythm, StepLosses, TrainingRunOptions } from '../training_run.js';
import type { Reader } from './agreement.js';
import { unpairedBatch } from './domains.js';
import type { Domains } from './domains.js';
import { emptyHistory } from './history.js';
import { pictureOf } from './pictures.js';
import { buildCycle, criticSteps } from './recipe.js';
import type { Choice } from './recipe.js';

const RHYTHM: Rhythm = { losses: 10, grid: 250, score: 250, checkpoint: 250 };
// images of each domain in a measurement during training
const READ = 300;

/** The options of a run. */
export interface RunOptions extends Choice, TrainingRunOptions {
  readonly batch: number;
}

/** The training run of a cycle between digits and street numbers. */
export class Run extends TrainingRun<RunOptions> {
  readonly cycle: CycleGAN;
  override history = emptyHistory();
  protected override readonly pictureName = 'translations';
  protected override readonly updates: number;

  constructor(
    options: RunOptions,
    private readonly domains: Domains,
    private readonly heldOut: Domains,
    private readonly reader: Reader,
    rhythm: Partial<Rhythm> = {},
  ) {
    const cycle = buildCycle(options);
    super(cycle, options, { ...RHYTHM, ...rhythm });
    this.cycle = cycle;
    this.updates = criticSteps(options.variant);
  }

  protected override get kept() {
    const { variant, batch, seed } = this.options;
    return { variant, batch, seed };
  }

  protected override batch(index: number) {
    const { batch, seed } = this.options;
    this.history.images += 2 * batch;
    return unpairedBatch(this.domains, batch, seed, index);
  }

  /** Returns 1 in the first half of the steps, then linearly less, down to 0 at the step after the last. */
  protected override decay(step: number): number {
    return Math.min(1, 2 - (2 * step) / this.options.steps);
  }

  protected override noteLosses(losses: StepLosses): void {
    append(this.history.losses, losses);
  }

  /** Draws the translations of held-out images, always the same ones. */
  protected override picture(): Promise<RasterImage> {
    return pictureOf(this.cycle, this.heldOut);
  }

  /** Measures the agreement; training uses neither it nor any label. */
  override async score(): Promise<void> {
    const { ab, ba } = await this.reader.read(this.cycle, Math.min(READ, this.heldOut.a.count));
    this.history.milestones.push({ step: this.step, seconds: this.history.seconds, ab, ba });
  }
}
