import { add, mul } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { duePenalties } from '../../penalties/due_penalties.js';
import type { AdversarialLoss, DiscriminatorOutputs, Penalty } from '../../types.js';
import type { Conditioned } from './conditions.js';
import type { Player } from './player.js';

/** Notes the losses of a step, see {@link Step}. */
type Note<Name extends string> = <T extends Scalar>(name: Name, loss: T) => T;

/** What the loss of a discriminator is made of. */
export interface DiscriminatorTerms {
  readonly loss: AdversarialLoss;
  /** w; 1 if it is omitted. */
  readonly weight?: number;
  readonly discriminator: Player;
  /** Its logits of real and generated samples. */
  readonly logits: DiscriminatorOutputs;
  readonly penalties: readonly Penalty[];
  /** Returns the number of earlier discriminator updates, which decides the penalties that are due. */
  readonly step: () => number;
  /** The samples at which the penalties evaluate the discriminator. */
  readonly real: Conditioned;
  readonly fake: Conditioned;
}

/**
 * Computes what a discriminator minimizes: `w L_D(D(x), D(x̃)) + Σ weight · every · penalty`, over the penalties
 * that are due.
 *
 * @param note Receives both sums, as `discriminator` and `penalty`.
 * @param domain The discriminator's domain: the suffix of those names.
 */
export function discriminatorLoss<Domain extends string = ''>(
  terms: DiscriminatorTerms,
  note: Note<`discriminator${Domain}` | `penalty${Domain}`>,
  domain: Domain = '' as Domain,
): Scalar {
  const { loss, weight, logits, penalties, step } = terms;
  const unweighted = loss.discriminator(logits);
  const weighted = weight === undefined ? unweighted : mul<Scalar>(unweighted, weight);
  const adversarial = note(`discriminator${domain}`, weighted);
  const penalty = penaltyTerm(penalties, step, terms);
  if (penalty === undefined) return adversarial;
  return add(adversarial, note(`penalty${domain}`, penalty));
}

/**
 * Computes Σ weight · every · penalty. A penalty at generated samples sees the discriminator under their condition,
 * any other under that of the real samples.
 */
function penaltyTerm(
  penalties: readonly Penalty[],
  step: () => number,
  { discriminator, real, fake }: Pick<DiscriminatorTerms, 'discriminator' | 'real' | 'fake'>,
): Scalar | undefined {
  const under = ({ condition }: Conditioned, these: readonly Penalty[]) => {
    const critic = (x: Tensor) => discriminator(x, ...condition);
    return duePenalties(these, step, critic, { real: real.x, fake: fake.x });
  };
  if (real.condition === fake.condition) return under(real, penalties);
  const ofFake = penalties.filter(({ at }) => at === 'fake');
  const ofReal = penalties.filter(({ at }) => at !== 'fake');
  const terms = [under(real, ofReal), under(fake, ofFake)].filter((term) => term !== undefined);
  return terms.length === 0 ? undefined : terms.reduce((sum, term) => add<Scalar>(sum, term));
}

/**
 * Computes what a generator minimizes: `L_G(D(x̃))`, or `L_G(D(x̃), D(x))` with a relativistic loss. The running
 * statistics of D stay as they are.
 *
 * @param real x, made if the loss asks for it.
 */
export function generatorLoss(
  loss: AdversarialLoss,
  discriminator: Player,
  fake: Conditioned,
  real: () => Conditioned,
): Scalar {
  const logitsOf = ({ x, condition }: Conditioned) => discriminator.still(x, ...condition);
  return generatorTerm(loss, logitsOf(fake), () => logitsOf(real()));
}

/** Computes the same from logits; those of real samples are made if the loss asks for them. */
export const generatorTerm = (loss: AdversarialLoss, fake: Tensor, real: () => Tensor): Scalar =>
  loss.generator(loss.needsReal ? { fake, real: real() } : { fake });
