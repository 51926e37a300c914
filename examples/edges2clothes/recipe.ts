import type { Tensor4D } from '@tensorflow/tfjs-core';
import { adam, createPix2Pix } from 'gan-kit/training';
import type { Pix2Pix } from 'gan-kit/training';
import { SIDE } from './pairs.js';

/** The options that distinguish runs. */
export interface Choice {
  /** Number of channels of the generator's outermost level. */
  readonly filters: number;
  /** λ of the L1 term; the paper's is 100. */
  readonly lambda: number;
  readonly seed: number;
}

const RATE = 5e-4;

/** The number of times that the generator halves a picture. */
export const DOWNSAMPLINGS = 5;

/** Builds a pix2pix that two cores train in minutes, from drawings to photos, both 32×32×1. */
export function buildPix2Pix({ filters, lambda, seed }: Choice): Pix2Pix {
  return createPix2Pix({
    inputShape: [SIDE, SIDE, 1],
    generatorOptions: { filters, downsamplings: DOWNSAMPLINGS }, // 32 → 1: the innermost layer sees the whole garment
    discriminatorOptions: { filters: 24, layers: 2 },
    lambdaL1: lambda,
    optimizers: {
      generator: adam({ learningRate: RATE }),
      discriminator: adam({ learningRate: RATE }),
    },
    seed,
  });
}

/**
 * Translates drawings with the running statistics of the generator. It was trained in batches, so its results
 * are poor with the statistics of a single drawing.
 */
export const translate = (pix2pix: Pix2Pix, edges: Tensor4D): Tensor4D =>
  pix2pix.translate({ a: edges, mode: 'inference' });
