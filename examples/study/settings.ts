import { adam } from 'gan-kit/training';
import type { Adam } from 'gan-kit/training';

/** How both players learn: Adam's numbers, and the discriminator's steps for each of the generator's. */
export interface Setting {
  readonly adam: Readonly<Record<'learningRate' | 'beta1' | 'beta2', number>>;
  readonly criticSteps: number;
}

const setting = (
  learningRate: number,
  beta1: number,
  beta2: number,
  criticSteps: number,
): Setting => ({ adam: { learningRate, beta1, beta2 }, criticSteps });

/**
 * The settings α, β₁, β₂, n_dis of table 1 of Miyato et al. 2018, arXiv 1802.05957: A is that of WGAN-GP, B of
 * Warde-Farley and Bengio, C of DCGAN. Copies of the table exist in which D has the β₂ of E.
 */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  A: setting(1e-4, 0.5, 0.9, 5),
  B: setting(1e-4, 0.5, 0.999, 1),
  C: setting(2e-4, 0.5, 0.999, 1),
  D: setting(1e-3, 0.5, 0.9, 5),
  E: setting(1e-3, 0.5, 0.999, 5),
  F: setting(1e-3, 0.9, 0.999, 5),
};

/** The name of what a system has without one of them: the numbers of the study. */
export const OWN = 'own';

/** Makes Adam for both players. */
export const adams = (
  generator: Setting['adam'],
  discriminator = generator,
): Record<'generator' | 'discriminator', Adam> => ({
  generator: adam(generator),
  discriminator: adam(discriminator),
});

/** Makes the options of a system by a setting. */
export const playersOf = ({ adam: numbers, criticSteps }: Setting) => ({
  optimizers: adams(numbers),
  criticSteps,
});
