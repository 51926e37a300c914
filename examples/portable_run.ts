import type { Stateful, TrainingSystem } from 'gan-kit';
import type { CheckpointExtra, RasterImage } from 'gan-kit/io';
import type { ReportFrame } from 'gan-kit/node';
import { linearDecay, runSteps } from 'gan-kit/training';
import type { RunStepsOptions } from 'gan-kit/training';

/** The intervals of losses, pictures, scores and checkpoints, in generator steps. */
export interface Rhythm {
  readonly losses: number;
  readonly grid: number;
  readonly score: number;
  readonly checkpoint: number;
}

/** The options of every run. */
export interface TrainingRunOptions {
  /** Number of generator steps in the whole run; learning rates fall to 0 over its second half. */
  readonly steps: number;
  /** The folder of the pictures, the checkpoint and the report. */
  readonly out: string;
}

/** The history of every run; it is part of the checkpoint, so that the report of a resumed run is complete. */
export interface TrainingHistory {
  /** The generator steps at which the losses were recorded. */
  steps: number[];
  /** The steps with a picture. */
  grids: number[];
  /** Seconds of training, without scoring and drawing pictures. */
  seconds: number;
}

/** The losses of a step by name. */
export type StepLosses = Readonly<Record<string, number>>;

/** The options that a run needs; one that does not count steps has no number of them. */
export type LeastOptions = Pick<TrainingRunOptions, 'out'> &
  Partial<Pick<TrainingRunOptions, 'steps'>>;

/** What keeps the pictures and the checkpoint of a run, by their paths. */
export interface RunFiles {
  savePicture(path: string, picture: RasterImage): Promise<void>;
  /** Returns the bytes of a picture, or undefined if there is none. */
  readPicture(path: string): Uint8Array | undefined;
  /** Writes a checkpoint; the previous one stays until the new one is complete. */
  saveCheckpoint(system: Stateful, path: string, extra: CheckpointExtra): Promise<void>;
  loadCheckpoint(system: Stateful, path: string): Promise<CheckpointExtra>;
}

/** A training run: a system, its batches and its history, with any kind of files, in Node and in pages. */
export abstract class PortableRun<Options extends LeastOptions = TrainingRunOptions> {
  abstract history: TrainingHistory;
  /** Number of generator steps made. */
  step = 0;
  /** The losses of the last generator step. */
  losses: StepLosses = {};
  /** Number of steps of the system in a generator step; all but one of them move the discriminator alone. */
  protected readonly updates: number = 1;
  protected abstract readonly files: RunFiles;
  /** The beginning of the names of the pictures' files. */
  protected abstract readonly pictureName: string;
  /** Returns the options that a checkpoint must share with the run that continues from it. */
  protected abstract get kept(): Readonly<Record<string, string | number>>;
  private readonly rates: Readonly<Record<string, number>>;
  private readonly ending = new AbortController();
  private began: number | undefined;

  constructor(
    readonly system: TrainingSystem<never, unknown>,
    readonly options: Options,
    private readonly rhythm: Rhythm,
  ) {
    const optimizers = system.optimizers as unknown as Record<string, { learningRate: number }>;
    this.rates = this.ratesOf((name) => optimizers[name]!.learningRate);
  }

  /** Makes the batch of step `index` of the system. */
  protected abstract batch(index: number): object;

  /** Adds losses to the history. */
  protected abstract noteLosses(losses: StepLosses): void;

  /** Draws the current outputs of the system, always for the same inputs. */
  protected abstract picture(): Promise<RasterImage>;

  /** Scores the current outputs of the system, and adds the scores to the history. */
  abstract score(): Promise<void>;

  /** Returns how much of the run is done, in the unit of `length`; here generator steps. */
  get done(): number {
    return this.step;
  }

  /** Returns the length of the whole run. */
  get length(): number {
    return this.options.steps ?? Infinity;
  }

  /** Returns the seconds that training is measured with; here those of the clock. */
  protected now(): number {
    return performance.now() / 1000;
  }

  /** Returns the factor of the learning rates after `step` steps; here as in the code of pix2pix and CycleGAN. */
  protected decay(step: number): number {
    const steps = this.length;
    const epochs = Math.ceil(steps / 2);
    return linearDecay({ epochs, decayEpochs: steps - epochs })(step);
  }

  private ratesOf(rate: (name: string) => number): Record<string, number> {
    return Object.fromEntries(
      Object.keys(this.system.optimizers).map((name) => [name, rate(name)]),
    );
  }

  /** The batches of the run. */
  readonly batches = (index: number): never => {
    this.began ??= this.now();
    return this.batch(index) as never;
  };

  /** Returns how `runSteps` makes the steps of the run, which ends when it is complete. */
  get plan(): RunStepsOptions<unknown> & { readonly signal: AbortSignal } {
    if (this.done >= this.length) this.ending.abort();
    return {
      learningRate: () => {
        const decay = this.decay(this.step);
        return this.ratesOf((name) => this.rates[name]! * decay);
      },
      rhythm: [{ every: this.updates, do: ({ losses }) => this.advanced(losses as StepLosses) }],
      signal: this.ending.signal,
    };
  }

  /** Makes one generator step, and everything that is due after it. */
  async advance(): Promise<StepLosses> {
    await runSteps(this.system, this.batches, {
      ...this.plan,
      steps: (this.step + 1) * this.updates,
    });
    return this.losses;
  }

  /** Counts a generator step, and does everything that is due after it. */
  private async advanced(losses: StepLosses): Promise<void> {
    this.losses = { ...losses, ...(await this.read()) };
    this.step++;
    this.history.seconds += this.now() - this.began!;
    this.began = undefined;
    await this.observe(this.losses);
    if (this.done >= this.length) this.ending.abort();
  }

  /** Reads what else a step tells besides its losses; here nothing. */
  protected async read(): Promise<StepLosses> {
    return {};
  }

  /** Records losses, draws, scores and saves, if due at this step. */
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
    return `${this.options.out}/${this.pictureName}-${String(step).padStart(6, '0')}.png`;
  }

  async saveGrid(): Promise<void> {
    await this.files.savePicture(this.gridPath(this.step), await this.picture());
    this.history.grids.push(this.step);
  }

  /** Returns the existing pictures, for a report. */
  timeline(): ReportFrame[] {
    return this.history.grids.flatMap((step) => {
      const png = this.files.readPicture(this.gridPath(step));
      return png === undefined ? [] : [{ caption: `step ${step}`, png }];
    });
  }

  get checkpointPath(): string {
    return `${this.options.out}/checkpoint.safetensors`;
  }

  /** Returns what the checkpoint has besides the state. */
  get extra(): CheckpointExtra {
    const extra = { ...this.kept, step: this.step, history: this.history };
    return extra as unknown as CheckpointExtra;
  }

  /** Saves the checkpoint. */
  async save(): Promise<void> {
    await this.files.saveCheckpoint(this.system, this.checkpointPath, this.extra);
  }

  /** Continues from a checkpoint; without a path, from that of its own folder. */
  async resume(path = this.checkpointPath): Promise<void> {
    const extra = await this.files.loadCheckpoint(this.system, path);
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
