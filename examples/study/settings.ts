import { HYPERPARAMETERS, adam } from 'gan-kit/training';
import type { Adam, HyperparameterSetting } from 'gan-kit/training';

/** How both players learn: Adam's numbers, and the discriminator's steps for each of the generator's. */
export type Setting = HyperparameterSetting;

/** The settings A to F by name. */
export const SETTINGS: Readonly<Record<string, Setting>> = HYPERPARAMETERS;

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
