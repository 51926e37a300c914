import type { Tensor4D } from '@tensorflow/tfjs-core';
import { nonSaturating } from 'gan-kit/losses';
import { adam, createGAN } from 'gan-kit/training';
import type { GAN } from 'gan-kit/training';
import { stackedDiscriminator, stackedGenerator } from './networks.js';

/** The channels of the discriminator's first layer, of the paper's D = G/2; with the 2 of D = G/4 it learned later. */
const WIDTH = 4;
/** The rates as multiples of the paper's, which are for 500,000 steps; 10 to 100 were tried, as docs/results.md tells. */
const FASTER = 50;

/**
 * Builds PacGAN on stacked digits (arXiv 1712.04086, section 4.2, the setting of unrolled GAN).
 *
 * @param packing The number of images that the discriminator judges at once.
 */
export function buildGAN(packing: number, seed: number): GAN<Tensor4D> {
  const betas = { beta1: 0.5, beta2: 0.99 };
  return createGAN({
    generator: stackedGenerator(seed),
    discriminator: stackedDiscriminator(packing, WIDTH, seed),
    packing,
    loss: nonSaturating(),
    optimizers: {
      generator: adam({ ...betas, learningRate: 1e-4 * FASTER }),
      discriminator: adam({ ...betas, learningRate: 2e-4 * FASTER }),
    },
    seed,
  });
}
