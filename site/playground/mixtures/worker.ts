import { trainingBatch } from '../../../examples/gaussians/mixtures.js';
import { startBackend } from '../backend/start_backend.js';
import { buildSystem } from './build_system.js';
import type { PlaneSystem } from './build_system.js';
import { dataSet } from './data.js';
import type { DataSet } from './data.js';
import { Looker } from './look.js';
import type { Order, Report } from './messages.js';
import type { Settings } from './settings.js';

/** Number of packs in a batch. */
const BATCH = 128;
/** Milliseconds between pictures: 30 a second. */
const FRAME = 1000 / 30;
/** The share of the time that pictures may take. */
const SHARE = 1 / 3;
/** The points of the data that are shown. */
const SHOWN = 1000;

const post = (report: Report, transfer: Transferable[] = []): void =>
  self.postMessage(report, { transfer });

/** One run: a system that is trained until another one takes its place. */
class Run {
  private running = false;
  /** The end of the training that goes on. */
  private ended: Promise<void> = Promise.resolve();
  private made = 0;
  private draws = 0;
  private losses: { discriminator?: number; generator?: number } = {};
  private rate = 0;
  private lastLook = 0;
  private lookTook = 0;

  constructor(
    private readonly settings: Settings,
    private readonly data: DataSet,
    private readonly system: PlaneSystem,
    private readonly looker: Looker,
  ) {}

  /** Trains until it is paused; a step that fails pauses it. */
  run(failed: (error: unknown) => void): void {
    if (this.running) return;
    this.running = true;
    this.ended = this.train().catch((error: unknown) => {
      this.running = false;
      failed(error);
    });
  }

  private async train(): Promise<void> {
    while (this.running) {
      const began = performance.now();
      await this.step();
      const took = performance.now() - began;
      this.rate = this.rate === 0 ? 1000 / took : 0.95 * this.rate + 0.05 * (1000 / took);
      const since = performance.now() - this.lastLook;
      if (since >= Math.max(FRAME, this.lookTook / SHARE)) await this.look();
      await breath();
    }
  }

  /** Returns after the step that is being made. */
  async pause(): Promise<void> {
    this.running = false;
    await this.ended;
  }

  /** Makes one generator step. */
  async step(): Promise<void> {
    const { data, losses, settings, system } = this;
    for (;;) {
      const real = trainingBatch(
        data.points,
        BATCH * settings.packing,
        settings.seed,
        this.draws++,
      );
      const { discriminator, generator } = await system.trainStep(real);
      real.dispose();
      losses.discriminator = discriminator;
      if (generator === undefined) continue;
      losses.generator = generator;
      this.made++;
      return;
    }
  }

  /** Posts a picture. */
  async look(): Promise<void> {
    const began = performance.now();
    const look = await this.looker.look();
    const { discriminator, generator } = this.losses;
    const progress = {
      step: this.made,
      stepsPerSecond: this.rate,
      discriminatorLoss: discriminator,
      generatorLoss: generator,
    };
    const { samples, landscape, arrows } = look;
    post({ kind: 'look', ...progress, ...look }, [
      samples.buffer,
      landscape.buffer,
      arrows.buffer,
    ] as Transferable[]);
    this.lastLook = performance.now();
    this.lookTook = this.lastLook - began;
  }

  async dispose(): Promise<void> {
    await this.pause();
    this.system.dispose();
    this.looker.dispose();
  }
}

const channel = new MessageChannel();

/** Waits until the messages that have arrived are handled; timers would wait longer. */
const breath = (): Promise<void> =>
  new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(undefined);
  });

let run: Run | undefined;
/** Orders are carried out one after another. */
let last: Promise<void> = Promise.resolve();

async function start(settings: Settings, running: boolean): Promise<void> {
  await run?.dispose();
  run = undefined;
  const backend = await startBackend(settings.backend, ['wasm', 'webgpu', 'webgl', 'cpu']);
  post({ kind: 'backend', backend });
  const data = await dataSet(settings);
  post({ kind: 'data', points: data.points.slice(0, 2 * SHOWN) });
  const system = buildSystem(settings);
  run = new Run(settings, data, system, new Looker(system, settings.packing, data.mixture));
  await run.look();
  if (running) run.run(fail);
}

async function carryOut(order: Order): Promise<void> {
  if (order.kind === 'start') return start(order.settings, order.running);
  if (run === undefined) return;
  if (order.kind === 'run') return run.run(fail);
  await run.pause();
  if (order.kind === 'step') await run.step();
  await run.look();
}

const fail = (error: unknown): void =>
  post({ kind: 'error', message: error instanceof Error ? error.message : String(error) });

self.onmessage = ({ data: order }: MessageEvent<Order>) => {
  last = last.then(() => carryOut(order)).catch(fail);
};
