import { concat, dispose } from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import { sampleLatents } from 'gan-kit/training';
import { latentBetween } from './between.js';
import type { Look, Place } from './messages.js';
import type { PageRun } from './page_run.js';

/** The least milliseconds between pictures. */
const FRAME = 250;
/** The share of the time that pictures may take. */
const SHARE = 1 / 5;
/** The most points of a curve. */
const POINTS = 600;

/** What a trainer tells. */
export interface Listener {
  look(look: Look): void;
  digits(picture: RasterImage): void;
  ended(): void;
  failed(error: unknown): void;
  /** Waits until the messages that have arrived are handled. */
  breath(): Promise<void>;
}

/** What trains a run until it is paused or complete, and shows pictures meanwhile. */
export class Trainer {
  private running = false;
  /** The end of the training that goes on. */
  private ended: Promise<void> = Promise.resolve();
  private rate = 0;
  private lastLook = 0;
  private lookTook = 0;
  private isKeepDue = false;
  private keptAt = -1;
  private isPlaceNew = true;

  constructor(
    readonly run: PageRun,
    private place: Place,
    private readonly listener: Listener,
  ) {}

  get isRunning(): boolean {
    return this.running;
  }

  get isComplete(): boolean {
    return this.run.done >= this.run.length;
  }

  /** Trains until it is paused or complete; a step that fails pauses it. */
  start(): void {
    if (this.running || this.isComplete) return;
    this.running = true;
    this.ended = this.train().catch((error: unknown) => {
      this.running = false;
      this.listener.failed(error);
    });
  }

  private async train(): Promise<void> {
    while (this.running && !this.isComplete) {
      await this.advance();
      if (this.isKeepDue) await this.keep();
      const since = performance.now() - this.lastLook;
      if (since >= Math.max(FRAME, this.lookTook / SHARE)) await this.look();
      else if (this.isPlaceNew) await this.showDigits();
      await this.listener.breath();
    }
    if (!this.running) return;
    this.running = false;
    await this.keep();
    await this.look();
    this.listener.ended();
  }

  private async advance(): Promise<void> {
    const { history, settings } = this.run;
    const before = history.seconds;
    await this.run.advance();
    const rate = settings.batch / (history.seconds - before);
    this.rate = this.rate === 0 ? rate : 0.95 * this.rate + 0.05 * rate;
  }

  /** Makes one step. */
  async step(): Promise<void> {
    if (!this.isComplete) await this.advance();
  }

  /** Returns after the step that is being made. */
  async pause(): Promise<void> {
    this.running = false;
    await this.ended;
  }

  /** Keeps a checkpoint, while training goes on after the step that is being made. */
  async keepSoon(): Promise<void> {
    if (this.running) this.isKeepDue = true;
    else await this.keep();
  }

  /** Keeps a checkpoint, unless this step's is kept. */
  async keep(): Promise<void> {
    this.isKeepDue = false;
    if (this.keptAt === this.run.step) return;
    await this.run.save();
    this.keptAt = this.run.step;
  }

  /** Shows the digit at another place, after the step that is being made. */
  async moveTo(place: Place): Promise<void> {
    this.place = place;
    this.isPlaceNew = true;
    if (!this.running) await this.showDigits();
  }

  /** Shows samples, curves and the digit at the place. */
  async look(): Promise<void> {
    const began = performance.now();
    const { history, step } = this.run;
    const every = Math.ceil(history.steps.length / POINTS);
    const isShown = (_: unknown, i: number) => i % every === 0;
    this.listener.look({
      step,
      imagesPerSecond: this.rate,
      losses: [history.steps, history.discriminator, history.generator].map((values) =>
        values.filter(isShown),
      ),
      scores: [
        history.milestones.map((one) => one.step),
        history.milestones.map(({ score }) => score),
      ],
      samples: await this.run.picture(),
    });
    await this.showDigits();
    this.lastLook = performance.now();
    this.lookTook = this.lastLook - began;
  }

  private async showDigits(): Promise<void> {
    this.isPlaceNew = false;
    const { across, down, seed } = this.place;
    const { gan } = this.run;
    const corners = sampleLatents({ count: 4, size: gan.latentSize, seed });
    const here = latentBetween(corners, across, down);
    const latents: Tensor2D = concat([here, corners]);
    const images: Tensor4D = gan.generate({ latents });
    this.listener.digits(await imageGrid(images, { columns: 5, gap: 0 }));
    dispose([corners, here, latents, images]);
  }

  async dispose(): Promise<void> {
    await this.pause();
    this.run.gan.dispose();
  }
}
