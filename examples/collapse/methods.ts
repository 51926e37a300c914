import { tensor2d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { minibatchDiscrimination } from 'gan-kit/layers';
import { minimax, nonSaturating } from 'gan-kit/losses';
import {
  adam,
  createAdaGAN,
  createGAN,
  createUnrolledGAN,
  dualityGap,
  sampleLatents,
} from 'gan-kit/training';
import type { GANOptions, LatentDistribution } from 'gan-kit/training';
import { drawPoints, trainingBatch } from '../gaussians/mixtures.js';
import type { Points } from '../gaussians/mixtures.js';
import { RING } from './coverage.js';
import { LATENTS, network } from './networks.js';

/** Number of packs in a batch; a pack is one sample unless the method packs more. */
const BATCH = 128;
/** Number of training samples of AdaGAN. */
const WEIGHED = 8000;

/** Number of points at which the value of the game is taken. */
const TESTED = 2048;

/** What a method learns from. */
export interface Task {
  readonly points: Points;
  readonly seed: number;
  /** Number of generator steps. */
  readonly steps: number;
}

/** A system in training. */
export interface Learner {
  /** Makes one step. */
  step(): Promise<void>;
  /** Draws samples, always from the same latent vectors. */
  sample(count: number): Tensor;
  /**
   * Estimates how far the two players are from an equilibrium, if the discriminator judges single points.
   *
   * @param steps Those of each player that seeks its best answer.
   */
  gap?(steps: number): Promise<number>;
  /** Of a mixture: how many generators it has so far. */
  readonly components?: number;
  dispose(): void;
}

/** A remedy for mode collapse, or none. */
export interface Method {
  readonly title: string;
  build(task: Task): Learner;
  /** About how long a step takes, that of the plain GAN being 1. */
  readonly cost: number;
  /** Returns the number of the learner's steps; default that of the generator steps. */
  readonly length?: (steps: number) => number;
}

/** Returns how many steps a learner makes in all. */
export const lengthOf = ({ length = (steps) => steps }: Method, steps: number): number =>
  length(steps);

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
    ...(batch === BATCH && {
      async gap(steps: number) {
        const test = tensor2d(await drawPoints(RING, TESTED, seed + 1), [TESTED, 2]);
        const { gap } = await dualityGap({
          ...{ ...gan.networks, test, steps, latents: distribution },
          real: (k) => trainingBatch(points, BATCH, seed + 1, k),
        });
        test.dispose();
        return gap;
      },
    }),
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
export const unrolled = (
  unrolledSteps: number,
  cost: number,
  order: 'alternating' | 'simultaneous' = 'alternating',
): Method => ({
  title: `${unrolledSteps === 0 ? 'plain' : 'unrolled'}, k = ${unrolledSteps}${order === 'simultaneous' ? ', both at once' : ''}`,
  cost,
  build(task) {
    const { seed } = task;
    const gan = createUnrolledGAN({ ...players(seed), unrolledSteps, order, seed });
    return learner(gan, task);
  },
});

/** Returns the steps of AdaGAN's parts: of each GAN 1,000, and of each classifier 400, where others make 2,500. */
const boostedSteps = (steps: number) => ({
  ganSteps: Math.ceil(0.4 * steps),
  classifierSteps: Math.ceil(0.16 * steps),
});

/** AdaGAN over the same networks, which learn by the non-saturating loss here. */
export const boosted = (components: number): Method => ({
  ...{ title: `AdaGAN of ${components}`, cost: 1 },
  length(steps) {
    const { ganSteps, classifierSteps } = boostedSteps(steps);
    return components * ganSteps + (components - 1) * classifierSteps;
  },
  build({ points, seed, steps }) {
    const samples = tensor2d(points.subarray(0, 2 * WEIGHED), [WEIGHED, 2]);
    const seedOf = (index: number) => 20 * (seed + 1) + index;
    const ada = createAdaGAN({
      ...{ samples, batchSize: BATCH, seed, ...boostedSteps(steps) },
      gan: (index) =>
        createGAN({
          ...players(seedOf(index)),
          loss: nonSaturating(),
          seed: seedOf(index),
        }),
      classifier: (index) => network({ inputs: 2, outputs: 1, seed: 20 * seedOf(index) + 15 }),
    });
    return {
      step: async () => void (await ada.trainStep()),
      sample: (count) => ada.generate({ count, seed: 1 }),
      get components() {
        return ada.components;
      },
      dispose() {
        const parts = [...Object.values(ada.networks), ...Object.values(ada.optimizers)];
        ada.dispose();
        for (const part of parts) part.dispose();
        samples.dispose();
      },
    };
  },
});

/** The methods by name, in the order of the table. */
export const METHODS = {
  plain: withOptions('plain, k = 0', 1),
  'unrolled-5': unrolled(5, 8),
  'unrolled-10': unrolled(10, 16),
  'at-once': unrolled(0, 1, 'simultaneous'),
  'unrolled-5-at-once': unrolled(5, 8, 'simultaneous'),
  'packing-2': withOptions('packs of 2', 1.3, { packing: 2 }),
  'packing-4': withOptions('packs of 4', 1.8, { packing: 4 }),
  minibatch: {
    ...{ title: 'minibatch discrimination', cost: 6 },
    build(task) {
      const { seed } = task;
      const near = minibatchDiscrimination({ kernels: 8, dimensions: 3 });
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
  replay: withOptions('replay of 1,280 samples', 1.1, { replayBuffer: { size: 10 * BATCH } }),
  history: withOptions('5 past generators', 1.1, { generatorHistory: {} }),
  adagan: boosted(8),
} as const satisfies Readonly<Record<string, Method>>;

/** The name of a method. */
export type MethodName = keyof typeof METHODS;

/** All names, in the order of the table. */
export const NAMES = Object.keys(METHODS) as MethodName[];
