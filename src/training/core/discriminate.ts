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
export const discriminate = (
  discriminator: Player,
  real: Conditioned,
  fake: Conditioned,
  together: boolean,
): DiscriminatorOutputs => discriminateAll(discriminator, real, fake, together)[0]!;

/** Does the same for a discriminator of several outputs, and returns a pair for each of them. */
export function discriminateAll(
  discriminator: Player,
  real: Conditioned,
  fake: Conditioned,
  together: boolean,
): DiscriminatorOutputs[] {
  if (!together || real.x.shape.join() !== fake.x.shape.join()) {
    const ofReal = discriminator.outputs(real.x, ...real.condition);
    const ofFake = discriminator.outputs(fake.x, ...fake.condition);
    return ofReal.map((one, i) => ({ real: one, fake: ofFake[i]! }));
  }
  const condition = real.condition.map((one, i) => concat([one, fake.condition[i]!]));
  return discriminator.outputs(concat([real.x, fake.x]), ...condition).map((both) => {
    const [ofReal, ofFake] = split(both, 2);
    return { real: ofReal!, fake: ofFake! };
  });
}
