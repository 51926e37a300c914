import { hinge, minimax, nonSaturating, wasserstein } from 'gan-kit/losses';
import { dragan, GradientPenalty } from 'gan-kit/penalties';
import { adam, createGAN, rmsprop } from 'gan-kit/training';
import type { GAN, GANOptions } from 'gan-kit/training';
import { LATENTS, network } from './networks.js';

export const SYSTEMS = ['gan', 'minimax', 'wgan', 'wgan-gp', 'dragan', 'sn'] as const;
export type SystemName = (typeof SYSTEMS)[number];

/** Returns the number of discriminator steps for each generator step. */
export const criticSteps = (system: SystemName): number => (system === 'wgan' ? 5 : 1);

type Recipe = Pick<GANOptions, 'loss' | 'penalty' | 'clipWeights' | 'criticSteps'> & {
  readonly optimizers: NonNullable<GANOptions['optimizers']>;
};

/** Returns the parts that distinguish a system: the loss, and the penalty and the optimizers of its paper. */
function recipe(system: SystemName, seed: number, packing: number): Recipe {
  const adams = (generator: number, discriminator: number, beta1: number, beta2: number) => ({
    generator: adam({ learningRate: generator, beta1, beta2 }),
    discriminator: adam({ learningRate: discriminator, beta1, beta2 }),
  });
  switch (system) {
    case 'gan':
      return { loss: nonSaturating(), optimizers: adams(1e-3, 1e-3, 0.5, 0.999) };
    case 'minimax':
      return { loss: minimax(), optimizers: adams(1e-3, 1e-3, 0.5, 0.999) };
    case 'wgan':
      return {
        loss: wasserstein(),
        clipWeights: 0.1,
        criticSteps: criticSteps(system),
        optimizers: {
          generator: rmsprop({ learningRate: 5e-4 }),
          discriminator: rmsprop({ learningRate: 5e-4 }),
        },
      };
    case 'wgan-gp':
      return {
        loss: wasserstein(),
        penalty: new GradientPenalty({ weight: 0.1, seed }), // λ of the paper's toys
        // of packs the slope is that of all samples together, so that each has less of it: the critic needs a higher rate
        optimizers: packing === 1 ? adams(8e-3, 3e-3, 0, 0.9) : adams(5e-3, 1e-2, 0, 0.9),
      };
    case 'dragan':
      return {
        loss: nonSaturating(),
        penalty: dragan({ seed }),
        optimizers: adams(1e-3, 1e-3, 0.5, 0.999),
      };
    case 'sn':
      return { loss: hinge(), optimizers: adams(1e-3, 1e-3, 0, 0.9) };
  }
}

/**
 * Builds a system.
 *
 * @param packing The number of samples that the discriminator judges at once.
 */
export function buildSystem(system: SystemName, seed: number, packing: number): GAN {
  const first = 20 * seed + 1; // each layer has its own seed, and tfjs ignores a seed of 0
  return createGAN({
    generator: network(LATENTS, 2, first, 'none'),
    discriminator: network(2 * packing, 1, first + 10, system === 'sn' ? 'spectral' : 'none'),
    packing,
    ...recipe(system, seed, packing),
    // at these rates the weights circle around the optimum; their average is closer to it
    ema: { decay: 0.99, warmUp: true },
    seed,
  });
}
