import { leastSquares, wasserstein } from 'gan-kit/losses';
import { GradientPenalty } from 'gan-kit/penalties';
import { adam, createCycleGAN } from 'gan-kit/training';
import type { CycleGAN, CycleGANOptions } from 'gan-kit/training';
import { SIDE as DIGIT_SIDE } from '../mnist/data.js';
import { CHANNELS, SIDE } from './street_numbers.js';

/** The three systems of the source study. */
export const VARIANTS = ['cyclegan', 'wcyclegan-gp', 'sn-cyclegan'] as const;
export type Variant = (typeof VARIANTS)[number];

/** What tells one run from another. */
export interface Choice {
  readonly variant: Variant;
  readonly seed: number;
}

/** Discriminator steps for each step of the generators. */
export const criticSteps = (variant: Variant): number => (variant === 'wcyclegan-gp' ? 2 : 1);

function adversary(variant: Variant, seed: number): CycleGANOptions {
  const common = { filters: 16, layers: 1 };
  if (variant === 'wcyclegan-gp') {
    // 'mean': what the penalty bounds is the slope of the mean over the patches, which the loss takes
    const penalty = (domain: number) =>
      new GradientPenalty({ outputs: 'mean', seed: 2 * seed + domain });
    return {
      discriminatorArgs: { ...common, normalization: 'none' },
      loss: wasserstein(),
      discriminatorWeight: 1,
      penalties: { a: penalty(0), b: penalty(1) },
    };
  }
  const spectralNorm = variant === 'sn-cyclegan';
  return { discriminatorArgs: { ...common, spectralNorm }, loss: leastSquares({ scale: 1 }) };
}

/** Wires the networks of a variant between 28×28×1 and 32×32×3. */
export function buildCycle({ variant, seed }: Choice): CycleGAN {
  const rates = { generators: 1e-3, discriminators: 1e-3 };
  return createCycleGAN({
    inputShape: [DIGIT_SIDE, DIGIT_SIDE, 1],
    outputShape: [SIDE, SIDE, CHANNELS],
    generatorArgs: { filters: 16, blocks: 2 },
    ...adversary(variant, seed),
    lambdaCycle: { a: 10, b: 10 },
    criticSteps: criticSteps(variant),
    optimizers: {
      generators: adam({ learningRate: rates.generators }),
      discriminators: adam({ learningRate: rates.discriminators }),
    },
    seed,
  });
}
