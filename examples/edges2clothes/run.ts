import { dispose } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import type { Pix2Pix } from 'gan-kit/training';
import { append, TrainingRun } from '../training_run.js';
import type { Rhythm, StepLosses, TrainingHistory, TrainingRunOptions } from '../training_run.js';
import type { Clothes } from './fashion.js';
import type { Judge, Scores } from './judge.js';
import { pairBatch, range, trainingBatch } from './pairs.js';
import { byRow } from './pictures.js';
import { buildPix2Pix, translate } from './recipe.js';
import type { Choice } from './recipe.js';

const RHYTHM: Rhythm = { losses: 10, grid: 250, score: 250, checkpoint: 250 };
const GRID_ROWS = 12;
const GRID_TRIPLES = 4;

/** The options of a run. */
export interface RunOptions extends Choice, TrainingRunOptions {
  readonly batch: number;
}

/** The data that a report draws. */
export interface History extends TrainingHistory {
  /** The losses by name. */
  losses: Record<string, number[]>;
  milestones: (Scores & { readonly step: number })[];
}

/** The training run of pix2pix from edges to clothes. */
export class Run extends TrainingRun<RunOptions> {
  readonly pix2pix: Pix2Pix;
  override history: History = { steps: [], losses: {}, milestones: [], grids: [], seconds: 0 };
  protected override readonly pictureName = 'pictures';

  constructor(
    options: RunOptions,
    private readonly clothes: Clothes,
    private readonly test: Clothes,
    private readonly judge: Judge,
    rhythm: Partial<Rhythm> = {},
  ) {
    const pix2pix = buildPix2Pix(options);
    super(pix2pix, options, { ...RHYTHM, ...rhythm });
    this.pix2pix = pix2pix;
  }

  protected override get kept() {
    const { filters, lambda, seed, batch, steps } = this.options;
    return { filters, lambda, seed, batch, steps };
  }

  protected override batch(index: number) {
    const { batch, seed } = this.options;
    return trainingBatch(this.clothes, batch, seed, index);
  }

  protected override noteLosses(losses: StepLosses): void {
    append(this.history.losses, losses);
  }

  /** Draws the first held-out pairs: drawing, translation and photo, four times in a row. */
  protected override async picture(): Promise<RasterImage> {
    const count = Math.min(GRID_ROWS * GRID_TRIPLES, this.test.count);
    const { a, b } = pairBatch(this.test, range(0, count));
    const made = translate(this.pix2pix, a);
    const triples = byRow([a, made, b]);
    const picture = await imageGrid(triples, {
      ...{ columns: 3 * GRID_TRIPLES, scale: 2, background: 160 },
    });
    dispose([a, b, made, triples]);
    return picture;
  }

  override async score(): Promise<void> {
    this.history.milestones.push({ step: this.step, ...(await this.scores()) });
  }

  /** Scores the translations of the held-out pairs. */
  scores(): Promise<Scores> {
    return this.judge.judge((edges) => translate(this.pix2pix, edges));
  }

  /** Frees the networks and their optimizers. */
  dispose(): void {
    this.pix2pix.dispose();
    for (const optimizer of Object.values(this.pix2pix.optimizers)) optimizer.dispose();
  }
}
