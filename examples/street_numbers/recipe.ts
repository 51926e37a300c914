import { leastSquares, wasserstein } from 'gan-kit/losses';
import { GradientPenalty } from 'gan-kit/penalties';
import { adam, createCycleGAN } from 'gan-kit/training';
import type { CycleGAN, CycleGANOptions } from 'gan-kit/training';
import { SIDE as DIGIT_SIDE } from '../mnist/data.js';
import { CHANNELS, SIDE } from './street_numbers.js';

/** The three systems of the source study. */
export const VARIANTS = ['cyclegan', 'wcyclegan-gp', 'sn-cyclegan'] as const;
export type Variant = (typeof VARIANTS)[number];

/** The options that distinguish runs. */
export interface Choice {
  readonly variant: Variant;
  readonly seed: number;
}

/** Returns the number of discriminator steps for each step of the generators. */
export const criticSteps = (variant: Variant): number => (variant === 'wcyclegan-gp' ? 2 : 1);

function adversary(variant: Variant, seed: number): CycleGANOptions {
  // patches of 16 pixels are smaller than a digit and do not show which digit it is
  if (variant === 'cyclegan')
    return { loss: leastSquares({ scale: 1 }), discriminatorOptions: { filters: 16, layers: 1 } };
  // patches of 34 pixels: with spectral normalization they were better than those of 16
  const discriminatorOptions = { filters: 16, layers: 2 };
  if (variant === 'sn-cyclegan')
    return {
      loss: leastSquares({ scale: 1 }),
      discriminatorOptions: { ...discriminatorOptions, spectralNorm: true },
    };
  // the penalty bounds the slope of the sum over the patches, while the loss uses their mean: if it bounded the
  // slope of the mean, the adversarial terms would outweigh the cycle, and translations would lose the digits
  const penalty = (domain: number) =>
    new GradientPenalty({ outputs: 'sum', seed: 2 * seed + domain });
  return {
    loss: wasserstein(),
    discriminatorOptions: { ...discriminatorOptions, normalization: 'none' },
    discriminatorWeight: 1,
    penalties: { a: penalty(0), b: penalty(1) },
  };
}

/** Builds the system of a variant, between 28×28×1 and 32×32×3. */
export function buildCycle({ variant, seed }: Choice): CycleGAN {
  return createCycleGAN({
    inputShape: [DIGIT_SIDE, DIGIT_SIDE, 1],
    outputShape: [SIDE, SIDE, CHANNELS],
    generatorOptions: { filters: 16, blocks: 2 },
    ...adversary(variant, seed),
    // a grey digit does not contain the colours of a street number: with a large weight, F would hide them in it
    lambdaCycle: { a: 10, b: 1 },
    criticSteps: criticSteps(variant),
    optimizers: {
      generators: adam({ learningRate: 1e-3 }),
      discriminators: adam({ learningRate: 1e-3 }),
    },
    seed,
  });
}
