import { adversarialLoss } from 'gan-kit/losses';
import type { AdversarialLossName } from 'gan-kit/losses';
import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
import type { Normalization } from 'gan-kit/models';
import { adam, createGAN, GradientMonitor, rmsprop } from 'gan-kit/training';
import type { GAN, GANOptions } from 'gan-kit/training';
import { SIDE } from './data.js';

/** What tells one run from another. */
export interface Choice {
  readonly loss: AdversarialLossName;
  readonly norm: Normalization;
  readonly seed: number;
  /** Length of the latent vectors; default 16. */
  readonly latentSize?: number;
}

/** The systems of the study, by their names in the literature. */
export const SYSTEMS: Readonly<Record<string, Pick<Choice, 'loss' | 'norm'>>> = {
  dcgan: { loss: 'nonsaturating', norm: 'batch' },
  'sn-dcgan': { loss: 'hinge', norm: 'spectral' },
  lsgan: { loss: 'leastsquares', norm: 'batch' },
  'w-dcgan': { loss: 'wasserstein', norm: 'batch' },
  'w-sn-dcgan': { loss: 'wasserstein', norm: 'spectral' },
};

/** Wires the networks, the loss and what its paper puts around it. */
export function buildGAN({ loss, norm, seed, latentSize = 16 }: Choice): GAN {
  const common = {
    imageShape: [SIDE, SIDE, 1] as const,
    form: 'paper' as const,
    kernelSize: 5,
  };
  return createGAN({
    generator: dcganGenerator({ ...common, filters: 32, latentSize, seed }),
    discriminator: dcganDiscriminator({
      ...common,
      filters: 16,
      layers: 3, // 28 → 14 → 7 → 4: the last layer sees the whole digit
      normalization: norm,
      seed: seed + 1,
    }),
    loss: adversarialLoss(loss),
    ...training(loss, norm),
    ema: { decay: 0.999, warmUp: true },
    monitor: new GradientMonitor({ every: 50, warnAbove: 100 }),
    seed,
  });
}

/** Discriminator steps for each generator step. */
export const criticSteps = (loss: Choice['loss']): number => (loss === 'wasserstein' ? 5 : 1);

type Training = Pick<GANOptions, 'optimizers' | 'criticSteps' | 'clipWeights'>;

function training(loss: Choice['loss'], norm: Normalization): Training {
  if (loss === 'wasserstein' && norm !== 'spectral')
    // Arjovsky et al. 2017, algorithm 1: clipping keeps the critic Lipschitz
    return {
      optimizers: {
        generator: rmsprop({ learningRate: 5e-5 }),
        discriminator: rmsprop({ learningRate: 5e-5 }),
      },
      criticSteps: criticSteps(loss),
      clipWeights: 0.01,
    };
  // σ = 1 keeps a discriminator steady at rates that would break another
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
