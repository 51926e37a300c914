import { progressiveDiscriminator, progressiveGenerator } from 'gan-kit/models';
import { adam, createProgressiveGAN } from 'gan-kit/training';
import type { ProgressiveGAN, ProgressiveGANOptions } from 'gan-kit/training';
import { PADDED_SIDE } from '../mnist/padded.js';

/** The two ways to train that are compared: stage after stage, or in the last stage from the start. */
export const WAYS = ['growing', 'fixed'] as const;
export type Way = (typeof WAYS)[number];

// 32, 32, 16 and 8 channels from 4 × 4 to 32 × 32
const NETWORK = {
  imageShape: [PADDED_SIDE, PADDED_SIDE, 1] as const,
  baseChannels: 128,
  maxChannels: 32,
};

/** The share of the training time at which each stage begins. */
export const STARTS = [0, 0.08, 0.2, 0.45] as const;
/** The real images shown while each stage but the first fades in, for each second of the whole training. */
const FADE_IMAGES = [12, 8, 5];

/** Makes the optimizers of Progressive GAN; its rate is 1e-3, for thousands of times as many steps. */
const ownPlayers = (): Pick<ProgressiveGANOptions, 'optimizers' | 'criticSteps'> => {
  const rates = { beta1: 0, beta2: 0.99 };
  return {
    optimizers: {
      generator: adam({ ...rates, learningRate: 2e-3 }),
      discriminator: adam({ ...rates, learningRate: 4e-3 }),
    },
  };
};

/** Builds the GAN of one way; both have the same networks, weights, losses and optimizers. */
export function buildGAN(
  way: Way,
  seconds: number,
  seed: number,
  players = ownPlayers(),
): ProgressiveGAN {
  const gan = createProgressiveGAN({
    generator: progressiveGenerator({ ...NETWORK, seed }),
    discriminator: progressiveDiscriminator({ ...NETWORK, seed: seed + 1 }),
    growth: 'manual',
    fadeImages: way === 'growing' ? FADE_IMAGES.map((each) => Math.ceil(each * seconds)) : 0,
    ...players,
    ema: { decay: 0.995, warmUp: true },
    seed,
  });
  if (way === 'fixed') while (gan.resolution < PADDED_SIDE) gan.grow();
  return gan;
}
