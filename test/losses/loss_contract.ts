import { add, memory, mul, square, tensor } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AdversarialLoss } from '../../src/types.js';
import { BACKENDS, IN_PAGE, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import {
  analyticGradients,
  expectGradients,
  gradientProjection,
} from '../helpers/numeric_gradient.js';
import type { ScalarFunction } from '../helpers/numeric_gradient.js';

/** The logits of every golden value: unequal sides, some on the wrong side, one near a hinge. */
export const REAL = [-5, 1.4, 12.5, 2.7];
export const FAKE = [10, 4.4, -5.5, 3.6];

export interface LossSpec {
  readonly title: string;
  readonly name: string;
  readonly needsReal: boolean;
  readonly make: () => AdversarialLoss;
  /** What both losses are of REAL and FAKE. */
  readonly golden: { readonly discriminator: number; readonly generator: number };
}

type Side = 'discriminator' | 'generator';
const SIDES: readonly Side[] = ['discriminator', 'generator'];

async function read(value: Tensor): Promise<number> {
  const [number] = await value.data();
  value.dispose();
  return number!;
}

/** Wrong versions of a loss that its golden values must tell from the right one. */
const MUTANTS: Readonly<Record<string, (loss: AdversarialLoss, side: Side) => LossFunction>> = {
  'a swapped pair': (loss, side) => (real, fake) => loss[side]({ real: fake, fake: real }),
  'a flipped sign': (loss, side) => (real, fake) => mul<Scalar>(loss[side]({ real, fake }), -1),
  'a dropped ½': (loss, side) => (real, fake) => mul<Scalar>(loss[side]({ real, fake }), 2),
  'an added ½': (loss, side) => (real, fake) => mul<Scalar>(loss[side]({ real, fake }), 0.5),
  'the other side': (loss, side) => (real, fake) =>
    loss[side === 'generator' ? 'discriminator' : 'generator']({ real, fake }),
};
type LossFunction = (real: Tensor, fake: Tensor) => Scalar;

/** What every adversarial loss promises, on every backend. */
export function describeLossContract(spec: LossSpec): void {
  describe.each(BACKENDS)(`${spec.title} on %s`, (backend) => {
    beforeAll(() => useBackend(backend));

    const evaluate = (side: Side, real: Tensor, fake: Tensor) =>
      read(spec.make()[side]({ real, fake }));
    /** A side as a function of real and fake logits; only relativistic generators read real ones. */
    const inputsOf = (side: Side, real: Tensor, fake: Tensor): [ScalarFunction, Tensor[]] => {
      const loss = spec.make();
      return side === 'discriminator' || spec.needsReal
        ? [(r, f) => loss[side]({ real: r, fake: f }), [real, fake]]
        : [(f) => loss.generator({ fake: f }), [fake]];
    };

    it('has its name and says whether the generator needs real logits', () => {
      expect(spec.make().name).toBe(spec.name);
      expect(spec.make().needsReal).toBe(spec.needsReal);
    });

    it('has its golden values, and mutants have not', async () => {
      const [real, fake] = [tensor(REAL), tensor(FAKE)];
      for (const side of SIDES) {
        const golden = spec.golden[side];
        expect(await evaluate(side, real, fake)).toBeAllclose(golden, { rtol: 1e-6 });
        for (const [mutation, mutate] of Object.entries(MUTANTS)) {
          const mutant = mutate(spec.make(), side);
          const value = await read(mutant(real, fake));
          expect(value, `${mutation} of ${side}`).not.toBeAllclose(golden, { rtol: 1e-3 });
        }
      }
    });

    it('reduces logits of any shape to the same scalar', async () => {
      for (const shape of [[4], [4, 1], [2, 1, 2, 1], [1, 2, 2, 1]]) {
        const loss = spec
          .make()
          .discriminator({ real: tensor(REAL, shape), fake: tensor(FAKE, shape) });
        expect(loss.shape).toEqual([]);
        expect(loss.dtype).toBe('float32');
        expect(await read(loss)).toBeAllclose(spec.golden.discriminator, { rtol: 1e-6 });
        expect(await evaluate('generator', tensor(REAL, shape), tensor(FAKE, shape))).toBeAllclose(
          spec.golden.generator,
          { rtol: 1e-6 },
        );
      }
    });

    it('weighs both sides equally when one batch is larger', async () => {
      const twice = [...REAL, ...REAL];
      for (const side of SIDES)
        expect(await evaluate(side, tensor(twice, [8, 1]), tensor(FAKE))).toBeAllclose(
          spec.golden[side],
          { rtol: 1e-6 },
        );
    });

    it('stays finite, with finite slopes, at logits of ±10,000', async () => {
      const [real, fake] = [tensor([1e4, -1e4, 0]), tensor([-1e4, 0, 1e4])];
      for (const side of SIDES) {
        expect(Number.isFinite(await evaluate(side, real, fake))).toBe(true);
        for (const slope of await analyticGradients(...inputsOf(side, real, fake)))
          expect(slope.every(Number.isFinite)).toBe(true);
      }
    });

    it('pulls real logits up and fake ones down, and the generator pulls fake ones up', async () => {
      // between both labels and within the margin of the hinge, so that every logit teaches
      const [real, fake] = [tensor([0.3, 0.8, 0.6]), tensor([0.7, 0.4, 0.1])];
      const [ofReal, ofFake] = await analyticGradients(...inputsOf('discriminator', real, fake));
      expect(Math.max(...ofReal!)).toBeLessThan(0);
      expect(Math.min(...ofFake!)).toBeGreaterThan(0);
      const ofGenerated = (await analyticGradients(...inputsOf('generator', real, fake))).at(-1)!;
      expect(Math.max(...ofGenerated)).toBeLessThan(0);
    });

    // on webgl and webgpu of a page gradcheck/repaired_ops finds those of each op right, or Node does
    it.skipIf(IN_PAGE)(
      'has the first and second order gradients of finite differences',
      async () => {
        // 0.15 and more away from the kinks of the hinge; a curved critic, so that linear losses have
        // a second derivative to get wrong
        const [x, y] = [tensor([0.3, -1.6, 0.62, 1.4], [2, 2]), tensor([0.7, -0.4, -1.5], [3, 1])];
        const critic = (z: Tensor) => add(z, mul(0.2, square(z)));
        for (const side of SIDES) {
          const [loss, inputs] = inputsOf(side, x, y);
          const curved: ScalarFunction = (...logits) => loss(...logits.map(critic));
          for (const f of [loss, curved, gradientProjection(curved)])
            await expectGradients(f, inputs, { rtol: 1e-3, atol: 2e-5 });
        }
      },
    );

    it('leaves its inputs as they were and nothing else behind', async () => {
      const [real, fake] = [tensor(REAL), tensor(FAKE)];
      const loss = spec.make();
      const before = memory().numTensors;
      const results = [loss.discriminator({ real, fake }), loss.generator({ real, fake })];
      expect(memory().numTensors).toBe(before + 2);
      for (const result of results) result.dispose();
      for (const side of SIDES)
        await expectNoLeak(() => analyticGradients(...inputsOf(side, real, fake)));
      expect(await real.data()).toEqual(Float32Array.from(REAL));
      expect(await fake.data()).toEqual(Float32Array.from(FAKE));
    });

    it('refuses what is no batch of logits', () => {
      const loss = spec.make();
      const good = tensor(FAKE);
      const disposed = tensor(FAKE);
      disposed.dispose();
      const bad: [string, unknown][] = [
        ['nothing', undefined],
        ['an array', REAL],
        ['a scalar', tensor(1)],
        ['integers', tensor(REAL, [4], 'int32')],
        ['an empty batch', tensor([], [0, 1])],
        ['a disposed tensor', disposed],
      ];
      for (const [what, value] of bad) {
        const wrong = value as Tensor;
        const message = (side: string) =>
          new RegExp(`^${spec.title}: \`${side}\` must be a live float32 tensor .*Received: `);
        expect(() => loss.discriminator({ real: wrong, fake: good }), what).toThrow(
          message('real'),
        );
        expect(() => loss.discriminator({ real: good, fake: wrong }), what).toThrow(
          message('fake'),
        );
        expect(() => loss.generator({ real: good, fake: wrong }), what).toThrow(message('fake'));
        if (spec.needsReal)
          expect(() => loss.generator({ real: wrong, fake: good }), what).toThrow(message('real'));
      }
    });
  });
}
