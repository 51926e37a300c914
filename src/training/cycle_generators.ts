import { add, mul } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { cycleConsistency } from '../losses/cycle_consistency.js';
import { identity } from '../losses/identity.js';
import type { AdversarialLoss } from '../types.js';
import { generatorLoss } from './adversarial_terms.js';
import type { CycleGANOptions, CycleNetworks } from './cycle_gan_options.js';
import type { LossLog } from './loss_log.js';
import { trainingPass } from './training_pass.js';

/** Images of each domain. */
export type Domains = Readonly<Record<'A' | 'B', Tensor>>;

/** One way of the cycle, in the words of its networks. */
export interface Direction {
  readonly from: 'A' | 'B';
  readonly to: 'A' | 'B';
  readonly there: LayersModel;
  readonly back: LayersModel;
  readonly critic: LayersModel;
  readonly lambda: number;
}

/** Both ways of a cycle. */
export function directionsOf(
  { generatorAB, generatorBA, discriminatorA, discriminatorB }: CycleNetworks,
  lambdaCycle: NonNullable<CycleGANOptions['lambdaCycle']>,
): readonly [Direction, Direction] {
  const lambda = typeof lambdaCycle === 'number' ? { a: lambdaCycle, b: lambdaCycle } : lambdaCycle;
  return [
    {
      ...{ from: 'A', to: 'B', there: generatorAB, back: generatorBA },
      ...{ critic: discriminatorB, lambda: lambda.a },
    },
    {
      ...{ from: 'B', to: 'A', there: generatorBA, back: generatorAB },
      ...{ critic: discriminatorA, lambda: lambda.b },
    },
  ];
}

/** `L_G(D(G(x))) + λ |F(G(x)) − x|` of one direction, where G(x) was made already. */
export function translationLoss(
  { from, to, back, critic, lambda }: Direction,
  loss: AdversarialLoss,
  real: Domains,
  made: Tensor,
  losses: LossLog,
): Scalar {
  const judged = generatorLoss(loss, critic, made, () => real[to]);
  const adversarial = losses.note(`adversarial${from}${to}`, judged);
  const reconstructed = trainingPass(back, made);
  checkReturn(from, real[from], reconstructed);
  const distance = cycleConsistency({ real: real[from], reconstructed });
  return add(adversarial, losses.note(`cycle${from}`, mul<Scalar>(distance, lambda)));
}

/** Refuses images that do not come back as large as they went: networks of free size do not take every size. */
function checkReturn(domain: 'A' | 'B', real: Tensor, reconstructed: Tensor): void {
  if (real.shape.join() === reconstructed.shape.join()) return;
  fail(
    'shape',
    'CycleGAN.trainStep',
    `batch.${domain.toLowerCase()}`,
    `of a size that comes back through both generators, here as [${reconstructed.shape.join(',')}]`,
    real,
    'Generators of free size bring back what they can halve evenly: resnetGenerator multiples of 4.',
  );
}

/** `λ_id λ |F(x) − x|`: an image of the domain that a generator makes should come out as it is. */
export function identityLoss(
  { from, back, lambda }: Direction,
  lambdaIdentity: number,
  real: Domains,
  losses: LossLog,
): Scalar {
  const distance = identity({ real: real[from], same: trainingPass(back, real[from]) });
  return losses.note(`identity${from}`, mul<Scalar>(distance, lambdaIdentity * lambda));
}
