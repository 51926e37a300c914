import type { LayersModel } from '@tensorflow/tfjs-layers';
import { adam, createStackedGAN } from 'gan-kit/training';
import type { StackedGAN } from 'gan-kit/training';
import { buildLevels, FEATURES } from './networks.js';
import type { Sizes } from './networks.js';

/** A quarter to a half of the authors' channels, whose image generator alone takes 36 million products for an image. */
export const SIZES: Sizes = { latents: 8, encoder: 16, generator: 32, discriminator: 16 };

/** By level. The authors' rate is 1e-4 for all, for a hundred times as many steps. */
const RATES = { generators: [5e-4, 1e-3], discriminators: [1e-3, 2e-4] };

/**
 * Builds the stack over a trained encoder.
 *
 * @param entropy The weight of the entropy loss; the authors' is 10.
 */
export function buildGAN(
  encoder: LayersModel,
  entropy: number,
  seed: number,
  sizes = SIZES,
): StackedGAN {
  const each = (rates: readonly number[]) => rates.map((learningRate) => adam({ learningRate }));
  return createStackedGAN({
    ...{ encoder, levels: buildLevels(sizes, seed + 1), features: [FEATURES] },
    optimizers: {
      generators: each(RATES.generators),
      discriminators: each(RATES.discriminators),
    },
    ...{ weights: { entropy }, seed },
  });
}
