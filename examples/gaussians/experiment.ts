import { dispose } from '@tensorflow/tfjs-core';
import { sampleLatents } from 'gan-kit/training';
import type { GANLosses } from 'gan-kit/training';
import { drawPoints, MIXTURES, trainingBatch } from './mixtures.js';
import type { MixtureName, Points } from './mixtures.js';
import { quality } from './quality.js';
import type { Quality } from './quality.js';
import { LATENTS } from './networks.js';
import { buildSystem } from './systems.js';
import type { SystemName } from './systems.js';

/** The setting of a training run, which determines it bit for bit. */
export interface Setting {
  readonly data: MixtureName;
  readonly system: SystemName;
  readonly seed: number;
  /** Number of generator steps. */
  readonly steps: number;
  /** Number of samples that the discriminator judges at once; default 1. */
  readonly packing?: number;
}

/** The samples at one step, and their quality. */
export interface Milestone extends Quality {
  readonly step: number;
  readonly samples: Points;
}

export interface Result {
  readonly milestones: readonly Milestone[];
  /** The losses of every tenth step. */
  readonly losses: readonly (GANLosses & { readonly step: number })[];
  /** Seconds of training by the clock, and of the processor, on which other programs have less influence. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Number of samples that are judged, as in PacGAN. */
export const SAMPLES = 2500;
/** Number of packs in a batch. */
const BATCH = 128;
/** Number of points in the data set: a multiple of both 8 and 25. */
const DATA_SET = 20_000;
const LOSSES_EVERY = 10;
/** The parts of the run at which there is a milestone; samples move most at its beginning. */
const LOOKS = [0, 1 / 20, 1 / 10, 1 / 5, 2 / 5, 3 / 5, 4 / 5, 1];

/** Trains a system, and calls `onStep` after each generator step. */
export async function train(
  { data, system, seed, steps, packing = 1 }: Setting,
  onStep: (step: number, losses: GANLosses) => void = () => undefined,
): Promise<Result> {
  const mixture = MIXTURES[data];
  const gan = buildSystem(system, seed, packing);
  const points = await drawPoints(mixture, DATA_SET, seed);
  const looks = new Set(LOOKS.map((part) => Math.round(part * steps)));
  const optimizers = Object.values(gan.optimizers);
  const rates = optimizers.map(({ learningRate }) => learningRate);

  const milestones: Milestone[] = [];
  const losses: (GANLosses & { step: number })[] = [];
  let seconds = 0;
  let cpuSeconds = 0;
  for (let step = 0; step <= steps; step++) {
    if (looks.has(step)) {
      const samples = await draw(gan);
      milestones.push({ step, samples, ...(await quality(samples, mixture)) });
    }
    if (step === steps) break;
    const began = performance.now();
    const busy = process.cpuUsage();
    // full rates for half of the run, then down to 0
    const decay = Math.min(1, 2 - (2 * step) / steps);
    optimizers.forEach((optimizer, i) => (optimizer.learningRate = rates[i]! * decay));
    let last: GANLosses | undefined;
    while (gan.steps.generator === step) {
      const real = trainingBatch(points, BATCH * packing, seed, gan.steps.discriminator);
      last = await gan.trainStep({ real });
      real.dispose();
    }
    seconds += (performance.now() - began) / 1000;
    const { user, system: kernel } = process.cpuUsage(busy);
    cpuSeconds += (user + kernel) / 1e6;
    if (step % LOSSES_EVERY === 0) losses.push({ step, ...last! });
    onStep(step + 1, last!);
  }
  gan.dispose();
  for (const model of Object.values(gan.networks)) model.dispose();
  for (const optimizer of Object.values(gan.optimizers)) optimizer.dispose();
  return { milestones, losses, seconds, cpuSeconds };
}

/** Draws samples of the averaged generator; the latent vectors are always the same. */
async function draw(gan: ReturnType<typeof buildSystem>): Promise<Points> {
  const latents = sampleLatents({ count: SAMPLES, size: LATENTS, seed: 1 });
  const samples = gan.generate({ latents });
  const points = new Float32Array(await samples.data());
  dispose([latents, samples]);
  return points;
}
