import {
  grad,
  matMul,
  ones,
  reshape,
  tensor,
  tidy,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Rank, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import * as losses from '../../src/losses/index.js';
import { GradientPenalty, dragan, r1, r2 } from '../../src/penalties/index.js';
import type { AdversarialLoss } from '../../src/types.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { NAN_KINDS, withNaN } from '../helpers/produced_nan.js';
import type { NaNKind } from '../helpers/produced_nan.js';

const ADVERSARIAL: [string, AdversarialLoss][] = [
  ['minimax', losses.minimax({ realLabel: 0.9 })],
  ['nonSaturating', losses.nonSaturating()],
  ['leastSquares', losses.leastSquares()],
  ['wasserstein', losses.wasserstein()],
  ['hinge', losses.hinge()],
  ['relativisticAverage', losses.relativisticAverage()],
];
const RECONSTRUCTION: [string, (a: Tensor, b: Tensor) => Tensor][] = [
  ['l1', (target, prediction) => losses.l1({ target, prediction })],
  ['l2', (target, prediction) => losses.l2({ target, prediction })],
  ['cycleConsistency', (real, reconstructed) => losses.cycleConsistency({ real, reconstructed })],
  ['identity', (real, same) => losses.identity({ real, same })],
];

const LOGITS = Float32Array.of(2, -0.5, 3, 0.25, -4);
const numbers = () => tensor([0.5, -3, 1, 2, -2.5]);
const bad = (kind: NaNKind) => withNaN(kind, LOGITS, [2]);

async function expectNaN(what: string, compute: () => Tensor): Promise<void> {
  const y = tidy(compute);
  expect([what, ...(await y.data())]).toEqual([what, NaN]);
  y.dispose();
}

/** Whether a gradient, too, says that something is wrong. */
async function expectSomeNaN(what: string, compute: () => Tensor): Promise<void> {
  const y = tidy(compute);
  expect([what, (await y.data()).some(Number.isNaN)]).toEqual([what, true]);
  y.dispose();
}

describe.each(BACKENDS)('of NaN on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(ADVERSARIAL)('%s is NaN', async (_, loss) => {
    for (const kind of NAN_KINDS) {
      await expectNaN(`D, real, ${kind}`, () =>
        loss.discriminator({ real: bad(kind), fake: numbers() }),
      );
      await expectNaN(`D, fake, ${kind}`, () =>
        loss.discriminator({ real: numbers(), fake: bad(kind) }),
      );
      await expectNaN(`G, ${kind}`, () => loss.generator({ real: numbers(), fake: bad(kind) }));
    }
  });

  it.each(RECONSTRUCTION)('%s is NaN', async (_, loss) => {
    for (const kind of NAN_KINDS) {
      await expectNaN(`left, ${kind}`, () => loss(bad(kind), numbers()));
      await expectNaN(`right, ${kind}`, () => loss(numbers(), bad(kind)));
    }
  });

  it('slopes are NaN: of hinge and of l1', async () => {
    const fake = numbers();
    const target = numbers();
    for (const kind of NAN_KINDS) {
      const hinge = (real: Tensor) => losses.hinge().discriminator({ real, fake });
      await expectSomeNaN(kind, () => grad(hinge)(bad(kind)));
      await expectSomeNaN(kind, () =>
        grad((prediction: Tensor) => losses.l1({ target, prediction }))(bad(kind)),
      );
    }
  });

  it.each([
    ['two-sided', new GradientPenalty()],
    ['one-sided', new GradientPenalty({ sided: 'one' })],
    ['dragan', dragan()],
    ['r1', r1()],
    ['r2', r2()],
  ])('%s penalties are NaN, and so are their weight gradients', async (_, penalty) => {
    const batch = { real: ones([2, 5]), fake: ones([2, 5]) };
    for (const kind of NAN_KINDS) {
      const w = variable(reshape<Rank.R2>(bad(kind), [5, 1]));
      const critic = (x: Tensor) => matMul(x, w);
      await expectNaN(kind, () => penalty.compute(critic, batch));
      await expectSomeNaN(kind, () => {
        const { grads } = variableGrads(() => penalty.compute(critic, batch), [w]);
        return grads[w.name]!;
      });
      w.dispose();
    }
  });
});
