import { mean, mul, square, sub } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { AdversarialLoss } from '../../types.js';
import { generatorTerm } from '../core/adversarial_terms.js';
import { unconditioned } from '../core/conditions.js';
import { discriminateAll } from '../core/discriminate.js';
import type { Player } from '../core/player.js';
import { sumOf } from '../step/sum_of.js';

/** The weights of a level's losses. */
export interface StackWeights {
  /** λ of the adversarial loss, above 0; default 1. */
  adversarial?: number;
  /** λ of the conditional loss, 0 or more; default 1. */
  conditional?: number;
  /** λ of the entropy loss, 0 or more; default 10. */
  entropy?: number;
}

/** The losses of a step of a {@link StackedGAN} by level, each as it enters its sum, times its weight. */
export interface StackedGANLosses {
  /** λ_a w L_D of discriminator i. */
  [discriminator: `discriminator${number}`]: number;
  /** λ_e E (Q_i(ĥ_i) − z_i)² in the discriminator's step. */
  [discriminatorEntropy: `discriminatorEntropy${number}`]: number;
  /** λ_a L_G of generator i. */
  [generator: `generator${number}`]: number;
  /** λ_c times the distance of E_i(ĥ_i) from its condition. */
  [conditional: `conditional${number}`]: number;
  /** λ_e E (Q_i(ĥ_i) − z_i)² in the generator's step. */
  [entropy: `entropy${number}`]: number;
}

/** What the losses of one level are made of. */
export interface LevelTerms {
  readonly level: number;
  readonly loss: AdversarialLoss;
  /** w, the weight of the discriminator's loss. */
  readonly discriminatorWeight: number;
  readonly weights: Required<StackWeights>;
  readonly note: (name: keyof StackedGANLosses, loss: Scalar) => Scalar;
  /** D_i and Q_i: samples to logits and to an estimate of z. */
  readonly discriminator: Player;
  /** h_i of real images. */
  readonly real: Tensor;
  /** ĥ_i. */
  readonly fake: Tensor;
  /** The z_i that it was made of. */
  readonly z: Tensor;
}

/**
 * Computes `λ_a w L_D(D(h), D(ĥ)) + λ_e E (Q(ĥ) − z)²`.
 *
 * @param together Whether real and generated samples may share a pass.
 */
export function levelDiscriminatorLoss(terms: LevelTerms, together: boolean): Scalar {
  const { level, loss, discriminatorWeight, weights, note, discriminator } = terms;
  const [real, fake] = [unconditioned(terms.real), unconditioned(terms.fake)];
  const [logits, estimates] = discriminateAll(discriminator, real, fake, together);
  const weight = weights.adversarial * discriminatorWeight;
  return sumOf(
    note(`discriminator${level}`, mul(loss.discriminator(logits!), weight)),
    ...entropyTerm(weights.entropy, estimates!.fake, terms.z).map((term) =>
      note(`discriminatorEntropy${level}`, term),
    ),
  );
}

/**
 * Computes `λ_a L_G(D(ĥ)) + λ_c distance + λ_e E (Q(ĥ) − z)²`; the running statistics of D stay as they are.
 *
 * @param distance Computes how far the encoder sees ĥ from its condition.
 */
export function levelGeneratorLoss(terms: LevelTerms, distance: () => Scalar): Scalar {
  const { level, loss, weights, note, real, fake, z } = terms;
  const still = (h: Tensor) => terms.discriminator.at({}).outputs(h);
  const [logits, estimate] = still(fake);
  const adversarial = generatorTerm(loss, logits!, () => still(real)[0]!);
  const { conditional } = weights;
  return sumOf(
    note(`generator${level}`, mul(adversarial, weights.adversarial)),
    ...(conditional === 0 ? [] : [note(`conditional${level}`, mul(distance(), conditional))]),
    ...entropyTerm(weights.entropy, estimate!, z).map((term) => note(`entropy${level}`, term)),
  );
}

/**
 * Computes λ_e E (Q(ĥ) − z)², the mean over samples and units: up to constants, λ_e times the negative logarithm of a normal
 * density of fixed variance around Q, which bounds the entropy of G(z | h) from below.
 */
const entropyTerm = (weight: number, estimate: Tensor, z: Tensor): [Scalar] | [] =>
  weight === 0 ? [] : [mul<Scalar>(mean(square(sub(estimate, z))), weight)];
