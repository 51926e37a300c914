import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { ModelOf } from 'gan-kit';
import { hinge } from 'gan-kit/losses';
import { residualDiscriminator, residualGenerator } from 'gan-kit/models';
import { adam, createGAN } from 'gan-kit/training';
import type { GAN } from 'gan-kit/training';
import { DIGITS } from '../labelled_digits/recipe.js';
import { PADDED_SIDE } from '../mnist/padded.js';

/** Where attention stands in the three systems that are compared. */
export const PLACES = ['none', 'generator', 'both'] as const;
export type Place = (typeof PLACES)[number];

/** Height and width of the maps with attention, as in StudioGAN's SAGAN for 32×32. */
export const MAP = 16;

// SAGAN has 256 channels at its attention; with 16, keys have 2, and 1,000 steps take three minutes
const NETWORK = {
  ...{ imageShape: [PADDED_SIDE, PADDED_SIDE, 1] as const, filters: 16, classes: DIGITS },
  ...{ spectralNorm: true, epsilon: 1e-5 },
};

/** Builds the generator G(z, y) of a system. */
export const buildGenerator = (place: Place, seed: number): ModelOf<Tensor4D> =>
  residualGenerator({
    ...{ ...NETWORK, latentSize: 16, seed },
    ...(place !== 'none' && { attention: MAP }),
  });

/** Builds the GAN of a system: the hinge loss, labels in both networks, and one step of each in turn, as in SAGAN. */
export const buildGAN = (place: Place, seed: number): GAN<Tensor4D> =>
  createGAN({
    generator: buildGenerator(place, seed),
    discriminator: residualDiscriminator({
      ...{ ...NETWORK, seed: seed + 1 },
      ...(place === 'both' && { attention: MAP }),
    }),
    loss: hinge(),
    // chosen by the short search of docs/results.md; SAGAN's rates are 1e-4 and 4e-4, for a million steps
    optimizers: {
      generator: adam({ learningRate: 2e-3, beta1: 0, beta2: 0.9 }),
      discriminator: adam({ learningRate: 4e-3, beta1: 0, beta2: 0.9 }),
    },
    ema: { decay: 0.99, warmUp: true },
    seed,
  });
