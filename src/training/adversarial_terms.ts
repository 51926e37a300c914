import { add, mul } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { withoutEffects } from '../layers/without_effects.js';
import { duePenalties } from '../penalties/due_penalties.js';
import type { AdversarialLoss, Critic, DiscriminatorOutputs, Penalty } from '../types.js';
import type { LossLog } from './loss_log.js';
import { trainingPass } from './training_pass.js';

/** What the loss of a discriminator is made of. */
export interface DiscriminatorTerms {
  readonly loss: AdversarialLoss;
  /** w; 1 where it is left out. */
  readonly weight?: number;
  /** Of what the discriminator was shown. */
  readonly logits: DiscriminatorOutputs;
  readonly penalties: readonly Penalty[];
  /** How often the discriminator was updated before, which tells the penalties that are due. */
  readonly step: number;
  /** The discriminator, and the samples on which its penalties look at it. */
  readonly critic: Critic;
  readonly samples: { readonly real: Tensor; readonly fake: Tensor };
}

/**
 * What a discriminator minimises: `w L_D(D(x), D(x̃)) + Σ weight · every · penalty`, over the penalties that
 * are due.
 *
 * @param losses Is told both sums, as `discriminator` and `penalty`.
 * @param domain Of the discriminator: what those names end with.
 */
export function discriminatorLoss(
  { loss, weight, logits, penalties, step, critic, samples }: DiscriminatorTerms,
  losses: LossLog,
  domain = '',
): Scalar {
  const judged = loss.discriminator(logits);
  const weighted = weight === undefined ? judged : mul<Scalar>(judged, weight);
  const adversarial = losses.note(`discriminator${domain}`, weighted);
  const penalty = duePenalties(penalties, step, critic, samples);
  if (penalty === undefined) return adversarial;
  return add(adversarial, losses.note(`penalty${domain}`, penalty));
}

/**
 * What a generator minimises: `L_G(D(x̃))`, of a relativistic loss `L_G(D(x̃), D(x))`. The running statistics
 * of D stay as they are.
 *
 * @param real x, made where the loss asks for it.
 */
export function generatorLoss(
  loss: AdversarialLoss,
  discriminator: LayersModel,
  fake: Tensor,
  real: () => Tensor,
): Scalar {
  const pass = (x: Tensor) => () => trainingPass(discriminator, x);
  const critic = (x: Tensor) => withoutEffects([discriminator], pass(x), { masks: 'draw' });
  const ofFake = critic(fake);
  return loss.generator(loss.needsReal ? { fake: ofFake, real: critic(real()) } : { fake: ofFake });
}
