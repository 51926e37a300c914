import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { fill } from '../../bench/hash.js';
import { RandomStream } from '../../src/internal/random.js';
import type { TravellingArchitecture } from '../../src/io/training/network_layout.js';
import { hinge } from '../../src/losses/hinge.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { dcganDiscriminator } from '../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';
import { linearDecay } from '../../src/training/optimizers/linear_decay.js';
import { rmsprop } from '../../src/training/optimizers/rmsprop.js';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { createPix2Pix } from '../../src/training/systems/pix2pix.js';
import type { SavedState, StateArray, TrainingSystem } from '../../src/types.js';

/** A training run that moves between gan-kit and PyTorch. */
export interface Case {
  readonly name: string;
  readonly make: (seed: number) => TrainingSystem<object, object>;
  readonly architectures: Readonly<Record<string, TravellingArchitecture>>;
  /** The images in a batch, by their name in it: [height, width, channels]. */
  readonly images: Readonly<Record<string, readonly [number, number, number]>>;
  readonly batch: number;
  /** Whether two processes with half a batch each compute the same. */
  readonly splits: boolean;
  /** The number of steps from the weights of a hash in which rounding errors stay small, if it is less than all. */
  readonly steady?: number;
  /** The numbers of a learning rate that falls. */
  readonly decay?: typeof DECAY;
}

const DECAY = { learningRate: 1e-3, epochs: 1, decayEpochs: 6, stepsPerEpoch: 5 } as const;
const LATENTS = 6;

/** The number of steps before a run leaves gan-kit, and of those in PyTorch. */
export const [BEFORE, STEPS] = [3, 10];

const imageShape = [8, 8, 1] as const;
const shape = { imageShape, filters: 3, kernelSize: 4 } as const;
const none = { normalization: 'none' } as const;
const dcgan = { generator: 'dcgan', discriminator: 'dcgan' } as const;
const ofGAN = { architectures: dcgan, images: { real: imageShape }, batch: 4 } as const;
const picture = [16, 16, 3] as const;

export const CASES: readonly Case[] = [
  {
    name: 'DCGAN without batch norm',
    make: (seed) =>
      createGAN({
        generator: dcganGenerator({ ...shape, ...none, latentSize: LATENTS, seed, stddev: 0.1 }),
        discriminator: dcganDiscriminator({ ...shape, ...none, seed, stddev: 0.1 }),
        loss: nonSaturating(),
        seed: 5,
      }),
    ...ofGAN,
    splits: true,
  },
  {
    name: 'SN-DCGAN, its average and a falling rate',
    make: (seed) =>
      createGAN({
        generator: dcganGenerator({ ...shape, ...none, latentSize: LATENTS, seed, stddev: 0.1 }),
        discriminator: dcganDiscriminator({ ...shape, spectralNorm: true, seed, stddev: 0.1 }),
        loss: hinge(),
        ema: { decay: 0.9, warmUp: true },
        seed: 5,
      }),
    ...ofGAN,
    splits: true,
    decay: DECAY,
  },
  {
    name: 'DCGAN with batch norm, by RMSProp',
    make: (seed) => {
      const of = { imageShape: [16, 16, 1], filters: 2, kernelSize: 4, seed, stddev: 0.1 } as const;
      const optimizer = () => rmsprop({ learningRate: 1e-4, momentum: 0.5, centered: true });
      return createGAN({
        generator: dcganGenerator({ ...of, latentSize: LATENTS }),
        discriminator: dcganDiscriminator({ ...of, outerBias: false }),
        loss: nonSaturating(),
        optimizers: { generator: optimizer(), discriminator: optimizer() },
        seed: 5,
      });
    },
    ...{ architectures: dcgan, images: { real: [16, 16, 1] }, batch: 4 },
    splits: false,
  },
  {
    name: 'pix2pix',
    make: (seed) =>
      createPix2Pix({
        inputShape: [32, 32, 2],
        outputChannels: 3,
        generatorOptions: { filters: 2, downsamplings: 5, dropout: 0, stddev: 0.1 },
        discriminatorOptions: { filters: 2, layers: 2, stddev: 0.1 },
        seed,
      }),
    architectures: { generator: 'unet', discriminator: 'patch' },
    images: { a: [32, 32, 2], b: [32, 32, 3] },
    batch: 2,
    splits: false,
  },
  {
    name: 'CycleGAN',
    make: (seed) =>
      createCycleGAN({
        inputShape: picture,
        // with fewer, dead channels make two runs differ after a perturbation of 1e-7
        generatorOptions: { filters: 4, blocks: 1, stddev: 0.1 },
        discriminatorOptions: { filters: 3, layers: 2, stddev: 0.1 },
        seed,
      }),
    architectures: {
      ...{ generatorAB: 'resnet', generatorBA: 'resnet' },
      ...{ discriminatorA: 'patch', discriminatorB: 'patch' },
    },
    images: { a: picture, b: picture },
    batch: 1,
    splits: false,
    steady: 5,
  },
];

/** Returns the images of a step, [batch, height, width, channels]. */
function imagesOf({ batch, images }: Case, name: string, step: number): StateArray {
  const [height, width, channels] = images[name]!;
  const seed = 1000 * Object.keys(images).indexOf(name) + step;
  const shape = [batch, height, width, channels];
  return { shape, data: fill(batch * height * width * channels, seed, 1) };
}

/** Makes a step, and returns its losses. */
export async function makeStep(
  one: Case,
  system: TrainingSystem<object, object>,
  step: number,
): Promise<Record<string, number>> {
  if (one.decay !== undefined) {
    const { learningRate, stepsPerEpoch, ...decay } = one.decay;
    const rate = learningRate * linearDecay(decay)(Math.floor(step / stepsPerEpoch));
    for (const optimizer of Object.values(system.optimizers))
      Object.assign(optimizer, { learningRate: rate });
  }
  const batch = Object.fromEntries(
    Object.keys(one.images).map((name) => {
      const { shape, data } = imagesOf(one, name, step);
      return [name, tensor(data, shape as Tensor4D['shape'])];
    }),
  );
  const losses = (await system.trainStep(batch)) as Record<string, number>;
  for (const images of Object.values(batch)) images.dispose();
  return losses;
}

/** Returns the batches of some steps as PyTorch takes them, with the latent vectors that the system draws. */
export function dataOf(one: Case, from: number, steps: number): Record<string, StateArray> {
  const data: Record<string, StateArray> = {};
  for (const name of Object.keys(one.images)) {
    const [height, width, channels] = one.images[name]!;
    const all = new Float32Array(steps * one.batch * height * width * channels);
    for (let step = 0; step < steps; step++) {
      const { data: images } = imagesOf(one, name, from + step);
      images.forEach((value, i) => {
        const [pixel, channel] = [Math.floor(i / channels), i % channels];
        const [image, place] = [Math.floor(pixel / (height * width)), pixel % (height * width)];
        const row = step * one.batch + image;
        all[(row * channels + channel) * height * width + place] = value;
      });
    }
    data[name] = { shape: [steps * one.batch, channels, height, width], data: all };
  }
  if (!('real' in one.images)) return data;
  const stream = new RandomStream(5).fork('latents').seek(2 * from);
  const drawn = Array.from({ length: 2 * steps }, () => stream.normalValues(one.batch * LATENTS));
  const latents = Float32Array.from(drawn.flatMap((values) => [...values]));
  return { ...data, latents: { shape: [steps, 2, one.batch, LATENTS], data: latents } };
}

/** Makes steps on other data, which draw as many random numbers. */
export async function makeOtherSteps(
  one: Case,
  system: TrainingSystem<object, object>,
  steps: number,
): Promise<void> {
  const draws = 'real' in one.images;
  for (let step = 0; draws && step < steps; step++) await makeStep(one, system, 500 + step);
}

/**
 * Makes a system that has made some steps, and whose weights and moments are those of a hash: the same to the last bit
 * on every machine.
 */
export async function hashedSystem(
  one: Case,
  steps: number,
  seed: number,
): Promise<TrainingSystem<object, object>> {
  const system = one.make(1);
  for (let step = 0; step < steps; step++) await makeStep(one, system, step);
  const { values, arrays } = await system.state();
  const hashed = Object.entries(arrays).map(([key, { shape, data }], i): [string, StateArray] => {
    const scale = key.startsWith('optimizer/') ? 0.01 : 0.1;
    const isPositive = /\/(v|square|moving_variance)$/.test(key);
    const drawn = fill(data.length, 100 * seed + i, scale);
    const positive = () => drawn.map((value) => value * value + scale * scale);
    return [key, { shape, data: isPositive ? positive() : drawn }];
  });
  const state: SavedState = { values, arrays: Object.fromEntries(hashed) };
  await system.restore(state);
  return system;
}
