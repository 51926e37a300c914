import { adversarialLoss } from 'gan-kit/losses';
import type { Penalty } from 'gan-kit';
import type { AdversarialLossName } from 'gan-kit/losses';
import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
import { dragan, GradientPenalty, r1 } from 'gan-kit/penalties';
import { adam, createGAN, GradientMonitor, rmsprop } from 'gan-kit/training';
import type { GAN, GANOptions } from 'gan-kit/training';
import { SIDE } from './data.js';

/** The name of the penalty that is added to the discriminator's loss. */
export type PenaltyName = 'none' | 'wgan-gp' | 'dragan' | 'r1';

/** The normalization of the discriminator; spectral normalization replaces batch normalization. */
export type Norm = 'none' | 'batch' | 'spectral';

/** The options that distinguish runs. */
export interface Choice {
  readonly loss: AdversarialLossName;
  readonly norm: Norm;
  readonly penalty: PenaltyName;
  readonly seed: number;
  /** The length of the latent vectors; default 16. */
  readonly latentSize?: number;
  /** Height and width of the images; default 28. */
  readonly side?: number;
  /** The optimizers and the number of critic steps; default those of the system. */
  readonly players?: Pick<GANOptions, 'optimizers' | 'criticSteps'>;
}

/** The choices that define a system. */
export type System = Pick<Choice, 'loss' | 'norm' | 'penalty'>;

/** The systems of the study, by their names in the literature. */
export const SYSTEMS: Readonly<Record<string, System>> = {
  dcgan: { loss: 'nonsaturating', norm: 'batch', penalty: 'none' },
  'sn-dcgan': { loss: 'hinge', norm: 'spectral', penalty: 'none' },
  lsgan: { loss: 'leastsquares', norm: 'batch', penalty: 'none' },
  'w-dcgan': { loss: 'wasserstein', norm: 'batch', penalty: 'none' },
  'w-sn-dcgan': { loss: 'wasserstein', norm: 'spectral', penalty: 'none' },
  'wgan-gp': { loss: 'wasserstein', norm: 'none', penalty: 'wgan-gp' },
  dragan: { loss: 'nonsaturating', norm: 'none', penalty: 'dragan' },
};

/** The penalties of the command line, by name. */
export const PENALTIES: Readonly<Record<PenaltyName, (seed: number) => Penalty[]>> = {
  none: () => [],
  'wgan-gp': (seed) => [new GradientPenalty({ seed })],
  dragan: (seed) => [dragan({ seed })],
  r1: () => [r1()],
};

/** Builds a GAN of the networks, the loss, and the penalty and optimizers of its paper. */
export function buildGAN(choice: Choice): GAN {
  const { loss, norm, penalty, seed, latentSize = 16, side = SIDE } = choice;
  const common = {
    imageShape: [side, side, 1] as const,
    form: 'paper' as const,
    kernelSize: 5,
  };
  return createGAN({
    generator: dcganGenerator({ ...common, filters: 32, latentSize, seed }),
    discriminator: dcganDiscriminator({
      ...common,
      filters: 16,
      layers: 3, // 28 → 14 → 7 → 4, or 32 → 16 → 8 → 4: the last layer sees the whole digit
      ...(norm === 'spectral'
        ? { spectralNorm: true, normalization: 'none' }
        : { normalization: norm }),
      seed: seed + 1,
    }),
    loss: adversarialLoss(loss),
    penalty: PENALTIES[penalty](seed),
    ...training({ loss, norm, penalty }),
    ...choice.players,
    ema: { decay: 0.999, warmUp: true },
    monitor: new GradientMonitor({ every: 50, warnAbove: 100 }),
    seed,
  });
}

/** Returns the number of discriminator steps for each generator step. */
export const criticSteps = (loss: Choice['loss']): number => (loss === 'wasserstein' ? 5 : 1);

type Training = Pick<GANOptions, 'optimizers' | 'criticSteps' | 'clipWeights'>;

function training({ loss, norm, penalty }: System): Training {
  if (loss === 'wasserstein' && norm !== 'spectral' && penalty === 'none')
    // Arjovsky et al. 2017, algorithm 1: clipping keeps the critic Lipschitz
    return {
      optimizers: {
        generator: rmsprop({ learningRate: 5e-5 }),
        discriminator: rmsprop({ learningRate: 5e-5 }),
      },
      criticSteps: criticSteps(loss),
      clipWeights: 0.01,
    };
  if (penalty !== 'none' && norm !== 'spectral') {
    // WGAN-GP's Adam, β = (0, 0.9); with its rate of 1e-4 there is no digit yet after 100 generator steps
    const options = { learningRate: 2e-3, beta1: 0, beta2: 0.9 };
    return {
      optimizers: { generator: adam(options), discriminator: adam(options) },
      criticSteps: criticSteps(loss),
    };
  }
  // with σ = 1 a discriminator stays stable at rates at which others become unstable
  const optimizers =
    norm === 'spectral'
      ? {
          generator: adam({ learningRate: 4e-3, beta1: 0, beta2: 0.9 }),
          discriminator: adam({ learningRate: 8e-3, beta1: 0, beta2: 0.9 }),
        }
      : {
          generator: adam({ learningRate: 1e-3 }),
          discriminator: adam({ learningRate: 4e-4 }),
        };
  return { optimizers, criticSteps: criticSteps(loss) };
}
