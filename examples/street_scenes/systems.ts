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

/** The options that distinguish runs. */
export interface Choice {
  readonly system: SystemName;
  /** The direction of pix2pix; a CycleGAN learns both. */
  readonly direction: Direction;
  /** The output of the patches whose gradient the gradient penalty bounds: their sum, or their mean. */
  readonly outputs: 'sum' | 'mean';
  readonly criticSteps: number;
  /** Number of channels of the outermost level of pix2pix's generator. */
  readonly filters: number;
  readonly size: number;
  readonly batch: number;
  readonly seed: number;
}

/** A training system that translates between photos and label maps. */
export interface Translator {
  readonly system: CycleGAN | Pix2Pix;
  readonly directions: readonly Direction[];
  /** Makes batch k. */
  batch(scenes: Scenes, k: number): { readonly a: Tensor4D; readonly b: Tensor4D };
  /** Translates images in one direction; the caller owns the result. */
  translate(direction: Direction, images: Tensor4D): Tensor4D;
  dispose(): void;
}

/** The learning rate: two and a half times that of the papers, as a run takes minutes here, not days. */
const RATE = 5e-4;

/** The number of times that the generator of pix2pix halves a picture. */
export const DOWNSAMPLINGS = 5;

/** Builds a system as in its paper, at a size that two cores train in minutes. */
export const buildTranslator = (choice: Choice): Translator =>
  choice.system === 'pix2pix' ? pix2pix(choice) : cycleGAN(choice);

function pix2pix({ direction, filters, size, batch, seed }: Choice): Translator {
  const system = createPix2Pix({
    inputShape: [size, size, 3],
    generatorOptions: { filters, downsamplings: DOWNSAMPLINGS },
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
    batch(scenes, k) {
      const places = shuffledBatch({ count: scenes.count, batchSize: batch, seed, index: k });
      const [photos, maps] = [scenes.photos(places), scenes.maps(places)];
      const [a, b] = direction === 'labels-to-photo' ? [maps, photos] : [photos, maps];
      return { a, b };
    },
    // as in the published results: one image at a time, with its own statistics
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

/** Builds a CycleGAN: A are photos, B label maps. */
function cycleGAN({ system: name, outputs, criticSteps, size, batch, seed }: Choice): Translator {
  const penalized = name === 'wcyclegan-gp';
  const penalty = (side: number) => new GradientPenalty({ outputs, seed: 2 * seed + side });
  const system = createCycleGAN({
    inputShape: [size, size, 3],
    generatorOptions: { filters: 16, blocks: 3 },
    discriminatorOptions: { filters: 32, layers: 2, spectralNorm: name === 'sn-cyclegan' },
    // a critic of slope 1 gives its generator small gradients, which the papers' weight of 10 would outweigh
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
    lambdaIdentity: 0, // a photo is not a label map; the paper uses this term for paintings only
    seed,
  });
  return {
    system,
    directions: DIRECTIONS,
    batch(scenes, k) {
      // both domains have the same scenes, in independent orders
      const places = (side: number) =>
        shuffledBatch({
          ...{ count: scenes.count, batchSize: batch, index: k },
          seed: 2 * seed + side,
        });
      return { a: scenes.photos(places(0)), b: scenes.maps(places(1)) };
    },
    translate: (direction, images) =>
      direction === 'photo-to-labels'
        ? system.translate({ a: images, mode: 'inference' })
        : system.translate({ b: images, mode: 'inference' }),
    dispose: () => disposeOf(system),
  };
}

/** Disposes of the system and of its optimizers, which it does not own. */
function disposeOf(system: CycleGAN | Pix2Pix): void {
  system.dispose();
  for (const optimizer of Object.values(system.optimizers)) optimizer.dispose();
}
