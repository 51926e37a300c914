import type { RasterImage } from 'gan-kit/io';
import { append, TrainingRun } from '../training_run.js';
import type { Rhythm, StepLosses, TrainingHistory } from '../training_run.js';
import { range } from './data.js';
import type { Scenes } from './data.js';
import type { Judge, Scores } from './judge.js';
import type { RunOptions } from './options.js';
import { pictureOf } from './pictures.js';
import { buildTranslator } from './systems.js';
import type { Direction, Translator } from './systems.js';

const RHYTHM: Rhythm = { losses: 10, grid: 100, score: 100, checkpoint: 100 };
const GRID_ROWS = 6;
// held-out scenes in a score during training
const SCORE_SCENES = 25;

/** The scores of each direction that a system learns. */
export type ScoresByDirection = Partial<Record<Direction, Scores>>;

/** The data that a report draws. */
export interface History extends TrainingHistory {
  /** The losses by name. */
  losses: Record<string, number[]>;
  milestones: { step: number; scores: ScoresByDirection }[];
}

/** The training run of a translator between photos and label maps. */
export class Run extends TrainingRun<RunOptions> {
  readonly translator: Translator;
  override history: History = { steps: [], losses: {}, milestones: [], grids: [], seconds: 0 };
  protected override readonly pictureName = 'pictures';
  protected override readonly updates: number;

  constructor(
    options: RunOptions,
    private readonly scenes: Scenes,
    private readonly test: Scenes,
    private readonly judge: Judge,
    rhythm: Partial<Rhythm> = {},
  ) {
    const translator = buildTranslator(options);
    super(translator.system, options, { ...RHYTHM, ...rhythm });
    this.translator = translator;
    this.updates = options.system === 'wcyclegan-gp' ? options.criticSteps : 1;
  }

  protected override get kept() {
    const { system, direction, outputs, criticSteps, filters, size, batch, seed, steps, scenes } =
      this.options;
    return { system, direction, outputs, criticSteps, filters, size, batch, seed, steps, scenes };
  }

  protected override batch(index: number) {
    return this.translator.batch(this.scenes, index);
  }

  protected override noteLosses(losses: StepLosses): void {
    append(this.history.losses, losses);
  }

  /** Draws the translations of the first held-out scenes. */
  protected override picture(): Promise<RasterImage> {
    return pictureOf(this.translator, this.test, Math.min(GRID_ROWS, this.test.count));
  }

  override async score(): Promise<void> {
    const scores = await this.scores(SCORE_SCENES);
    this.history.milestones.push({ step: this.step, scores });
  }

  /** Scores the translations of held-out scenes, in each direction. */
  async scores(scenes = this.test.count): Promise<ScoresByDirection> {
    const places = range(0, Math.min(scenes, this.test.count));
    const scores: ScoresByDirection = {};
    for (const direction of this.translator.directions) {
      const toLabels = direction === 'photo-to-labels';
      const given = toLabels ? this.test.photos(places) : this.test.maps(places);
      const made = this.translator.translate(direction, given);
      scores[direction] = toLabels
        ? await this.judge.maps(made, places)
        : await this.judge.photos(made, places);
      given.dispose();
      made.dispose();
    }
    return scores;
  }
}
