import { beganAutoencoder, beganGenerator } from 'gan-kit/models';
import { adam, createBEGAN, stepDecay } from 'gan-kit/training';
import type { BEGAN } from 'gan-kit/training';
import { PADDED_SIDE } from '../mnist/padded.js';

export const LATENTS = 32;

// the authors have 64 or 128 filters and latents of 64 or 128 numbers, at 64 × 64
const NETWORK = {
  imageShape: [PADDED_SIDE, PADDED_SIDE, 1] as const,
  filters: 8,
  latentSize: LATENTS,
};

/**
 * What is added to pixels in [−1, 1], so that black is 0 for the networks: without normalization and with biases of
 * 0, an autoencoder reproduces whatever is near 0 from its first step on. With black at −1, generators stayed at grey.
 */
export const SHIFT = 1;

/** λ_k; the paper has 1e-3, for hundreds of times as many steps. Chosen, as the rates, by a search at γ = 0.5. */
const LAMBDA_K = 0.02;

/** Makes the optimizers; the authors' code has Adam at 8e-5 with β₁ = 0.9 for both players. */
const optimizers = () => ({
  generator: adam({ learningRate: 2e-3, beta1: 0.5 }),
  discriminator: adam({ learningRate: 1e-3, beta1: 0.5 }),
});

/** Builds the GAN. */
export function buildGAN(gamma: number, seed: number, players = optimizers()): BEGAN {
  return createBEGAN({
    generator: beganGenerator({ ...NETWORK, seed }),
    discriminator: beganAutoencoder({ ...NETWORK, seed: seed + 1 }),
    ...{ gamma, lambdaK: LAMBDA_K, seed },
    optimizers: players,
  });
}

/** Returns the factor of the rates: halved after each third of the steps; the authors' code has every 100,000. */
export const decayOver = (steps: number): ((step: number) => number) =>
  stepDecay({ every: Math.ceil(steps / 3) });
