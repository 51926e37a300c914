import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingSystem } from 'gan-kit';
import type { CheckpointExtra, RasterImage } from 'gan-kit/io';
import { loadCheckpoint, saveCheckpoint, savePNG } from 'gan-kit/node';
import type { ReportFrame } from 'gan-kit/node';
import { linearDecay } from 'gan-kit/training';

/** How often things happen, in generator steps. */
export interface Rhythm {
  readonly losses: number;
  readonly grid: number;
  readonly score: number;
  readonly checkpoint: number;
}

/** What every run is told. */
export interface TrainingRunOptions {
  /** Generator steps of the whole run: learning rates fall to 0 over its second half. */
  readonly steps: number;
  /** The folder of the pictures, the checkpoint and the report. */
  readonly out: string;
}

/** What every run remembers; it travels with the checkpoint, so a resumed run's report shows all of it. */
export interface TrainingHistory {
  /** Generator steps at which the losses were noted. */
  steps: number[];
  /** Steps of which there is a picture. */
  grids: number[];
  /** Of training, without scoring and drawing. */
  seconds: number;
}

/** The losses of a step by name. */
export type StepLosses = Readonly<Record<string, number>>;

/** A training run: a system, where it stands, and what it has seen so far. */
export abstract class TrainingRun<Options extends TrainingRunOptions = TrainingRunOptions> {
  abstract history: TrainingHistory;
  /** Generator steps done. */
  step = 0;
  /** What the files of the pictures are called. */
  protected abstract readonly pictureName: string;
  /** The options that a checkpoint must share with the run that goes on from it. */
  protected abstract get kept(): Readonly<Record<string, string | number>>;
  private readonly rates: readonly (readonly [{ learningRate: number }, number])[];

  constructor(
    private readonly system: TrainingSystem<never, unknown>,
    readonly options: Options,
    private readonly rhythm: Rhythm,
  ) {
    mkdirSync(options.out, { recursive: true });
    const optimizers = Object.values(system.optimizers) as unknown as { learningRate: number }[];
    this.rates = optimizers.map((optimizer) => [optimizer, optimizer.learningRate]);
  }

  /** One update of the generator, and the discriminator's that go with it. */
  protected abstract train(): Promise<StepLosses>;

  /** Notes losses in the history. */
  protected abstract noteLosses(losses: StepLosses): void;

  /** Shows what the system makes now, of the same inputs as ever. */
  protected abstract picture(): Promise<RasterImage>;

  /** Scores what the system makes now, and notes it in the history. */
  abstract score(): Promise<void>;

  /** The factor on the learning rates after so many steps; here that of the code of pix2pix and CycleGAN. */
  protected decay(step: number): number {
    const { steps } = this.options;
    const epochs = Math.ceil(steps / 2);
    return linearDecay({ epochs, decayEpochs: steps - epochs })(step);
  }

  /** One generator step, and what it is due for. */
  async advance(): Promise<StepLosses> {
    const began = performance.now();
    const decay = this.decay(this.step);
    for (const [optimizer, rate] of this.rates) optimizer.learningRate = rate * decay;
    const losses = await this.train();
    this.step++;
    this.history.seconds += (performance.now() - began) / 1000;
    await this.observe(losses);
    return losses;
  }

  /** Notes, draws, scores and saves what this step is due for. */
  protected async observe(losses: StepLosses): Promise<void> {
    const { history, rhythm, step } = this;
    const due = (every: number) => step % every === 0;
    if (due(rhythm.losses)) {
      history.steps.push(step);
      this.noteLosses(losses);
    }
    if (due(rhythm.grid)) await this.saveGrid();
    if (due(rhythm.score)) await this.score();
    if (due(rhythm.checkpoint)) await this.save();
  }

  gridPath(step: number): string {
    return join(this.options.out, `${this.pictureName}-${String(step).padStart(6, '0')}.png`);
  }

  async saveGrid(): Promise<void> {
    await savePNG(this.gridPath(this.step), await this.picture());
    this.history.grids.push(this.step);
  }

  /** The pictures that there are, for a report. */
  timeline(): ReportFrame[] {
    return this.history.grids
      .filter((step) => existsSync(this.gridPath(step)))
      .map((step) => ({ caption: `step ${step}`, png: readFileSync(this.gridPath(step)) }));
  }

  get checkpointPath(): string {
    return join(this.options.out, 'checkpoint.safetensors');
  }

  /** Writes the checkpoint; the file of before stays whole until the new one is. */
  async save(): Promise<void> {
    const extra = { ...this.kept, step: this.step, history: this.history };
    await saveCheckpoint(this.system, this.checkpointPath, {
      extra: extra as unknown as CheckpointExtra,
    });
  }

  /** Goes on where the checkpoint of this folder stopped. */
  async resume(): Promise<void> {
    const extra = await loadCheckpoint(this.system, this.checkpointPath);
    for (const [name, wanted] of Object.entries(this.kept))
      if (extra[name] !== wanted) {
        const value = JSON.stringify(extra[name]);
        const flag = name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
        throw new Error(
          `the checkpoint was made with ${name} ${value}: it goes on with --${flag} ${value}`,
        );
      }
    this.step = extra['step'] as number;
    this.history = extra['history'] as unknown as TrainingHistory;
  }
}

/** Appends values to the series of their names. */
export function append(
  series: Record<string, number[]>,
  values: Readonly<Record<string, number>>,
): void {
  for (const [name, value] of Object.entries(values)) (series[name] ??= []).push(value);
}
