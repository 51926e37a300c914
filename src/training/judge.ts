import { concat, split } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Critic, DiscriminatorOutputs } from '../types.js';

/**
 * A critic's logits of real and of generated samples.
 *
 * @param together One pass for both, where they have one shape: less work and the same numbers, where the critic
 *   is known to treat each sample by itself.
 */
export function judge(
  critic: Critic,
  real: Tensor,
  fake: Tensor,
  together: boolean,
): DiscriminatorOutputs {
  if (!together || real.shape.join() !== fake.shape.join())
    return { real: critic(real), fake: critic(fake) };
  const [ofReal, ofFake] = split(critic(concat([real, fake])), 2);
  return { real: ofReal!, fake: ofFake! };
}
