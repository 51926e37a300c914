import { tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { RandomStream } from '../../src/internal/random.js';
import { hinge } from '../../src/losses/hinge.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { dcganDiscriminator } from '../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { createPix2Pix } from '../../src/training/systems/pix2pix.js';
import type { Stateful } from '../../src/types.js';

/** A system under test, whatever its batches. */
export interface AnySystem extends Stateful {
  readonly stepCount: number;
  trainStep(batch: object, options?: object): Promise<object>;
  dispose(): void;
}

/** Options under test. */
export interface ReplayOptions {
  readonly replay: boolean;
  readonly onReplayRefused?: (why: string) => void;
}

/** A system with its batches, by number. */
export interface RecordedCase {
  readonly make: (options: ReplayOptions) => AnySystem;
  readonly batch: (k: number) => Readonly<Record<string, Tensor>>;
}

const imageShape = [12, 12, 1] as const;
const small = { imageShape, form: 'paper', filters: 2, kernelSize: 4, stddev: 0.1 } as const;
const generator = () => dcganGenerator({ ...small, latentSize: 5, seed: 1 });
const drawn =
  (shape: number[], ...names: readonly string[]) =>
  (k: number) =>
    tidy(() =>
      Object.fromEntries(
        names.map((name, i) => [name, new RandomStream(50 + i).seek(k).uniform(shape, -1, 1)]),
      ),
    );
const real = drawn([4, ...imageShape], 'real');
const pairs = drawn([1, 8, 8, 3], 'a', 'b');

/** The systems whose recorded steps are compared with steps that are run. */
export const RECORDED: Readonly<Record<string, RecordedCase>> = {
  'GAN with batch normalization and an average': {
    make: (options) =>
      createGAN({
        ...options,
        generator: generator(),
        discriminator: dcganDiscriminator({ ...small, normalization: 'batch', seed: 2 }),
        loss: nonSaturating(),
        ema: { decay: 0.9, warmUp: true },
        seed: 3,
      }),
    batch: real,
  },
  'SN-GAN with hinge loss, dropout, flips and fading noise': {
    make: (options) =>
      createGAN({
        ...options,
        generator: generator(),
        discriminator: dcganDiscriminator({ ...small, spectralNorm: true, dropout: 0.3, seed: 2 }),
        loss: hinge(),
        labelFlip: { probability: 0.2 },
        instanceNoise: { stddev: 0.1, decay: 0.95 },
        seed: 3,
      }),
    batch: real,
  },
  'WGAN-GP with three critic steps and a lazy penalty': {
    make: (options) =>
      createGAN({
        ...options,
        generator: generator(),
        discriminator: dcganDiscriminator({ ...small, normalization: 'none', seed: 2 }),
        loss: wasserstein(),
        penalty: new GradientPenalty({ every: 2, seed: 5 }),
        criticSteps: 3,
        seed: 3,
      }),
    batch: real,
  },
  'pix2pix with dropout and a pool': {
    make: (options) =>
      createPix2Pix({
        ...options,
        inputShape: [8, 8, 3],
        outputChannels: 3,
        generatorOptions: { filters: 2, downsamplings: 3 },
        discriminatorOptions: { filters: 2, layers: 1 },
        poolSize: 3,
        seed: 4,
      }),
    batch: pairs,
  },
  'CycleGAN with pools and identity loss': {
    make: (options) =>
      createCycleGAN({
        ...options,
        inputShape: [8, 8, 3],
        generatorOptions: { filters: 2, blocks: 1 },
        discriminatorOptions: { filters: 2, layers: 1 },
        poolSize: 4,
        lambdaIdentity: 0.5,
        seed: 4,
      }),
    batch: pairs,
  },
};

/** Makes a small network of points. */
export const dense = (inputs: number, outputs: number) => {
  const model = sequential({
    layers: [
      layers.dense({ inputShape: [inputs], units: 4, activation: 'tanh' }),
      layers.dense({ units: outputs }),
    ],
  });
  initializeWeights(model, { stddev: 0.3, seed: inputs });
  return model;
};

/** A WGAN-GP of points in the plane, for many steps. */
export const POINTS: RecordedCase = {
  make: (options) =>
    createGAN({
      ...options,
      generator: dense(3, 2),
      discriminator: dense(2, 1),
      loss: wasserstein(),
      penalty: new GradientPenalty({ every: 2, seed: 5 }),
      criticSteps: 2,
      seed: 3,
    }),
  batch: drawn([4, 2], 'real'),
};
