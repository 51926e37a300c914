import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { minibatchDiscrimination } from 'gan-kit/layers';
import { minimax } from 'gan-kit/losses';
import { adam, createGAN, createUnrolledGAN, sampleLatents } from 'gan-kit/training';
import type { GANOptions, LatentDistribution } from 'gan-kit/training';
import { trainingBatch } from '../gaussians/mixtures.js';
import type { Points } from '../gaussians/mixtures.js';
import { LATENTS, network } from './networks.js';

/** Number of packs in a batch; a pack is one sample unless the method packs more. */
const BATCH = 128;

/** What a method learns from. */
export interface Task {
  readonly points: Points;
  readonly seed: number;
}

/** A system in training. */
export interface Learner {
  /** Makes one step. */
  step(): Promise<void>;
  /** Draws samples, always from the same latent vectors. */
  sample(count: number): Tensor;
  dispose(): void;
}

/** A remedy for mode collapse, or none. */
export interface Method {
  readonly title: string;
  build(task: Task): Learner;
  /** About how long a step takes, that of the plain GAN being 1. */
  readonly cost: number;
}

interface Disposable {
  dispose(): void;
}

interface PlaneGAN extends Disposable {
  readonly networks: Readonly<Record<'generator' | 'discriminator', LayersModel>>;
  readonly optimizers: Readonly<Record<'generator' | 'discriminator', Disposable>>;
  trainStep(batch: { real: Tensor }): Promise<unknown>;
  generate(input: { latents: Tensor }): Tensor;
}

/** Makes the generator, the discriminator and their optimizers. */
function players(seed: number, inputs = 2, extra?: ReturnType<typeof minibatchDiscrimination>) {
  const first = 20 * seed + 1;
  return {
    generator: network({ inputs: LATENTS, outputs: 2, seed: first }),
    discriminator: network({ inputs, outputs: 1, seed: first + 10, ...(extra && { extra }) }),
    optimizers: {
      generator: adam({ learningRate: 1e-3, beta1: 0.5, beta2: 0.999 }),
      discriminator: adam({ learningRate: 1e-4, beta1: 0.5, beta2: 0.999 }),
    },
  };
}

/** Wraps a GAN that is trained on batches of the points. */
function learner(
  gan: PlaneGAN,
  { points, seed }: Task,
  batch = BATCH,
  distribution: LatentDistribution = 'normal',
): Learner {
  let index = 0;
  return {
    async step() {
      const real = trainingBatch(points, batch, seed, index++);
      await gan.trainStep({ real });
      real.dispose();
    },
    sample(count) {
      const latents = sampleLatents({ count, size: LATENTS, distribution, seed: 1 });
      const made = gan.generate({ latents });
      latents.dispose();
      return made;
    },
    dispose() {
      gan.dispose();
      const parts = [...Object.values(gan.networks), ...Object.values(gan.optimizers)];
      for (const part of parts) part.dispose();
    },
  };
}

type Options = Partial<Omit<GANOptions, 'generator' | 'discriminator' | 'loss' | 'optimizers'>>;

/** The plain GAN with further options. */
const withOptions = (title: string, cost: number, options: Options = {}): Method => ({
  ...{ title, cost },
  build(task) {
    const { packing = 1, latents } = options;
    const { seed } = task;
    const gan = createGAN({ ...players(seed, 2 * packing), loss: minimax(), seed, ...options });
    return learner(gan, task, BATCH * packing, latents);
  },
});

/** The GAN whose generator looks `unrolledSteps` steps of the discriminator ahead. */
export const unrolled = (unrolledSteps: number, cost: number): Method => ({
  ...{ title: `unrolled, k = ${unrolledSteps}`, cost },
  build(task) {
    const { seed } = task;
    const gan = createUnrolledGAN({ ...players(seed), unrolledSteps, seed });
    return learner(gan, task);
  },
});

/** The methods by name, in the order of the table. */
export const METHODS = {
  plain: withOptions('plain, k = 0', 1),
  'unrolled-5': unrolled(5, 8),
  'unrolled-10': unrolled(10, 16),
  'packing-2': withOptions('packs of 2', 1.3, { packing: 2 }),
  'packing-4': withOptions('packs of 4', 1.8, { packing: 4 }),
  minibatch: {
    ...{ title: 'minibatch discrimination', cost: 4 },
    build(task) {
      const { seed } = task;
      const near = minibatchDiscrimination({ kernels: 16, dimensions: 4 });
      return learner(createGAN({ ...players(seed, 2, near), loss: minimax(), seed }), task);
    },
  },
  features: {
    ...{ title: 'feature matching', cost: 1.1 },
    build(task) {
      const { seed } = task;
      const made = players(seed);
      const layer = made.discriminator.layers.at(-2)!.name;
      const gan = createGAN({ ...made, loss: minimax(), featureMatching: { layer }, seed });
      return learner(gan, task);
    },
  },
  'averaging-1': withOptions('historical averaging, λ = 1', 1.3, {
    historicalAveraging: { generator: 1, discriminator: 1 },
  }),
  'averaging-0.001': withOptions('historical averaging, λ = 0.001', 1.3, {
    historicalAveraging: { generator: 1e-3, discriminator: 1e-3 },
  }),
  latents: withOptions('latent optimization', 2.5, {
    latentOptimization: { regularizer: 0.1 },
    latents: 'uniform',
  }),
  replay: withOptions('replay of 1,280 samples', 1.1, { replay: { size: 10 * BATCH } }),
  history: withOptions('5 past generators', 1.1, { generatorHistory: {} }),
} as const satisfies Readonly<Record<string, Method>>;

/** The name of a method. */
export type MethodName = keyof typeof METHODS;

/** All names, in the order of the table. */
export const NAMES = Object.keys(METHODS) as MethodName[];
