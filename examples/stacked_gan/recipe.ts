import type { LayersModel } from '@tensorflow/tfjs-layers';
import { adam, createStackedGAN } from 'gan-kit/training';
import type { StackedGAN } from 'gan-kit/training';
import { buildLevels, FEATURES } from './networks.js';
import type { Widths } from './networks.js';

/** A quarter to a half of the authors' channels, whose image generator alone takes 36 million products for an image. */
export const WIDTHS: Widths = { encoder: 16, generator: 32, discriminator: 16 };

/** The authors' rate is 1e-4, for a hundred times as many steps. */
const RATE = 1e-3;

/**
 * Builds the stack over a trained encoder.
 *
 * @param entropy The weight of the entropy loss; the authors' is 10.
 */
export function buildGAN(
  encoder: LayersModel,
  entropy: number,
  seed: number,
  widths = WIDTHS,
): StackedGAN {
  const levels = buildLevels(widths, seed + 1);
  const each = () => levels.map(() => adam({ learningRate: RATE }));
  return createStackedGAN({
    ...{ encoder, levels, features: [FEATURES], weights: { entropy }, seed },
    optimizers: { generators: each(), discriminators: each() },
  });
}
