import { concat, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { wasserstein } from 'gan-kit/losses';
import { GradientPenalty } from 'gan-kit/penalties';
import { adam, createCycleGAN, createPix2Pix, shuffledBatch } from 'gan-kit/training';
import type { CycleGAN, Pix2Pix } from 'gan-kit/training';
import type { Scenes } from './data.js';

export const SYSTEMS = ['pix2pix', 'cyclegan', 'wcyclegan-gp', 'sn-cyclegan'] as const;
export type SystemName = (typeof SYSTEMS)[number];

export const DIRECTIONS = ['labels-to-photo', 'photo-to-labels'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** What tells one run from another. */
export interface Choice {
  readonly system: SystemName;
  /** Of pix2pix; a CycleGAN learns both. */
  readonly direction: Direction;
  /** Of a gradient penalty on patches: the gradient of their sum, or of their mean. */
  readonly outputs: 'sum' | 'mean';
  readonly criticSteps: number;
  readonly size: number;
  readonly batch: number;
  readonly seed: number;
}

/** A training system that translates between photos and label maps. */
export interface Translator {
  readonly system: CycleGAN | Pix2Pix;
  readonly directions: readonly Direction[];
  /** The update of batch k; what it returns are its losses. */
  train(scenes: Scenes, k: number): Promise<Readonly<Record<string, number | undefined>>>;
  /** Images of one side, made into the other; the caller owns the result. */
  translate(direction: Direction, images: Tensor4D): Tensor4D;
  dispose(): void;
}

/** The papers' Adam at two and a half times their rate: a run here is minutes, not days. */
const RATE = 5e-4;

/** Wires a system as its paper does, at a size that two cores train in minutes. */
export const buildTranslator = (choice: Choice): Translator =>
  choice.system === 'pix2pix' ? pix2pix(choice) : cycleGAN(choice);

function pix2pix({ direction, size, batch, seed }: Choice): Translator {
  const system = createPix2Pix({
    inputShape: [size, size, 3],
    generatorOptions: { filters: 32, downsamplings: 5 },
    discriminatorOptions: { filters: 32, layers: 2 },
    optimizers: {
      generator: adam({ learningRate: RATE }),
      discriminator: adam({ learningRate: RATE }),
    },
    seed,
  });
  return {
    system,
    directions: [direction],
    async train(scenes, k) {
      const places = shuffledBatch({ count: scenes.count, batchSize: batch, seed, index: k });
      const [photos, maps] = [scenes.photos(places), scenes.maps(places)];
      const [a, b] = direction === 'labels-to-photo' ? [maps, photos] : [photos, maps];
      const losses = await system.trainStep({ a, b });
      a.dispose();
      b.dispose();
      return { ...losses };
    },
    // as the published results were made: one image at a time, by its own statistics
    translate: (_, images) =>
      tidy(() => {
        const made = Array.from({ length: images.shape[0] }, (_, i) => {
          const a = slice(images, [i, 0, 0, 0], [1, -1, -1, -1]);
          return system.translate({ a, mode: 'training' });
        });
        return concat(made);
      }),
    dispose: () => disposeOf(system),
  };
}

/** A are photos, B label maps. */
function cycleGAN({ system: name, outputs, criticSteps, size, batch, seed }: Choice): Translator {
  const penalized = name === 'wcyclegan-gp';
  const penalty = (side: number) => new GradientPenalty({ outputs, seed: 2 * seed + side });
  const system = createCycleGAN({
    inputShape: [size, size, 3],
    generatorOptions: { filters: 16, blocks: 3 },
    discriminatorOptions: { filters: 32, layers: 2, spectralNorm: name === 'sn-cyclegan' },
    // a critic of slope 1 says little to its generator: beside the papers' 10 it is not heard
    lambdaCycle: name === 'sn-cyclegan' ? 2 : 10,
    ...(penalized && {
      loss: wasserstein(),
      discriminatorWeight: 1,
      penalties: { a: penalty(0), b: penalty(1) },
      criticSteps,
    }),
    optimizers: {
      generators: adam({ learningRate: RATE }),
      discriminators: adam({ learningRate: RATE }),
    },
    lambdaIdentity: 0, // a photo is no label map; the paper has it for paintings alone
    seed,
  });
  return {
    system,
    directions: DIRECTIONS,
    async train(scenes, k) {
      // both sides show the same scenes, in orders that have nothing to do with each other
      const places = (side: number) =>
        shuffledBatch({
          ...{ count: scenes.count, batchSize: batch, index: k },
          seed: 2 * seed + side,
        });
      const [a, b] = [scenes.photos(places(0)), scenes.maps(places(1))];
      const losses = await system.trainStep({ a, b });
      a.dispose();
      b.dispose();
      return { ...losses };
    },
    translate: (direction, images) =>
      direction === 'photo-to-labels'
        ? system.translate({ a: images, mode: 'inference' })
        : system.translate({ b: images, mode: 'inference' }),
    dispose: () => disposeOf(system),
  };
}

/** The system and what it does not own. */
function disposeOf(system: CycleGAN | Pix2Pix): void {
  system.dispose();
  for (const optimizer of Object.values(system.optimizers)) optimizer.dispose();
}
