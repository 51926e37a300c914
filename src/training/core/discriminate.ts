import { concat, split } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { DiscriminatorOutputs } from '../../types.js';
import type { Conditioned } from './conditions.js';
import { samplesAreIndependent } from '../step/independent_samples.js';
import type { Player } from './player.js';
import type { SystemOptions } from './recipe.js';

/** Returns whether real and generated samples may share one pass of a discriminator. */
export const mayShareAPass = (model: LayersModel, { powerIteration }: SystemOptions): boolean =>
  powerIteration !== 'call' && samplesAreIndependent(model);

/**
 * Runs a discriminator on real and on generated samples.
 *
 * @param together Whether both share one pass if their shapes are equal: less work and the same numbers, if the
 *   discriminator treats each sample independently.
 * @returns Its logits for both.
 */
export function discriminate(
  discriminator: Player,
  real: Conditioned,
  fake: Conditioned,
  together: boolean,
): DiscriminatorOutputs {
  if (!together || real.x.shape.join() !== fake.x.shape.join())
    return {
      real: discriminator(real.x, ...real.condition),
      fake: discriminator(fake.x, ...fake.condition),
    };
  const condition = real.condition.map((one, i) => concat([one, fake.condition[i]!]));
  const [ofReal, ofFake] = split(discriminator(concat([real.x, fake.x]), ...condition), 2);
  return { real: ofReal!, fake: ofFake! };
}
