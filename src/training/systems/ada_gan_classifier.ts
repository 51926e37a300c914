import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { minimax } from '../../losses/minimax.js';
import { createSystem } from '../core/create_system.js';
import type { System } from '../core/create_system.js';

/** A network that learns to tell data from a mixture. */
export type MixtureClassifier = System<
  { readonly real: Tensor; readonly fake: Tensor },
  { classifier: number },
  'classifier',
  Readonly<{ classifier: Optimizer }>
>;

/** Makes the system that trains a classifier by L = E[−log D(x)] + E[−log(1 − D(x̃))]. */
export function createMixtureClassifier(
  classifier: LayersModel,
  optimizer: Optimizer,
): MixtureClassifier {
  const loss = minimax();
  return createSystem({
    name: 'AdaGAN',
    networks: { classifier },
    optimizers: { classifier: optimizer },
    step({ real, fake }: { real: Tensor; fake: Tensor }, step, { classifier: D }) {
      step.minimize([D], optimizer, () =>
        step.note('classifier', loss.discriminator({ real: D(real), fake: D(fake) })),
      );
    },
  });
}
