import { tensor, variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { inputGradient } from '../../src/gradients/input_gradient.js';
import { dragan } from '../../src/penalties/dragan.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import type { GradientPenaltyOptions } from '../../src/penalties/gradient_penalty.js';
import { r1 } from '../../src/penalties/r1.js';
import { r2 } from '../../src/penalties/r2.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { CRITICS, valueAndGradients } from '../penalties/critics.js';

interface Stored {
  readonly shape: number[];
  readonly data: number[];
}
interface Fixture {
  readonly critics: Readonly<
    Record<
      string,
      {
        readonly weights: Readonly<Record<string, Stored>>;
        readonly real: Stored;
        readonly fake: Stored;
        readonly alpha: Stored;
        readonly noise: Stored;
        readonly inputGradient: number[];
        readonly cases: readonly {
          readonly options: GradientPenaltyOptions;
          readonly value: number;
          readonly gradients: Readonly<Record<string, number[]>>;
        }[];
      }
    >
  >;
}

const torch = fixture<Fixture>('gradient_penalty');
const load = ({ data, shape }: Stored) => tensor(data, shape);
const close = { rtol: 1e-5 };

describe.each(BACKENDS)('gradient penalties equal PyTorch on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(Object.entries(torch.critics))('of the %s critic', (name, stored) => {
    const setUp = () => {
      const weights = Object.fromEntries(
        Object.entries(stored.weights).map(([key, value]) => [key, variable(load(value))]),
      );
      const [real, fake] = [load(stored.real), load(stored.fake)];
      const [alpha, noise] = [load(stored.alpha), load(stored.noise)];
      return { weights, critic: CRITICS[name]!(weights), batch: { real, fake, alpha, noise } };
    };

    it.each(stored.cases)('$options', async ({ options, value, gradients }) => {
      const { weights, critic, batch } = setUp();
      const penalty = new GradientPenalty(options);
      const got = await valueAndGradients(() => penalty.compute(critic, batch), weights);
      expect(got.value).toBeAllclose(value, close);
      for (const [key, gradient] of Object.entries(gradients))
        expect(got.gradients[key]!, key).toBeAllclose(gradient, close);
    });

    it('the factories are what they stand for', async () => {
      const { critic, batch } = setUp();
      const find = (wanted: GradientPenaltyOptions) =>
        stored.cases.find(({ options }) => JSON.stringify(options) === JSON.stringify(wanted))!;
      const expected: [GradientPenalty, number, GradientPenaltyOptions][] = [
        [new GradientPenalty(), 10, {}],
        [dragan(), 10, { at: 'perturbed' }],
        [dragan({ scale: 2, target: 0.5 }), 10, { at: 'perturbed', scale: 2, target: 0.5 }],
        [r1(), 5, { at: 'real', target: 0 }],
        [r2({ gamma: 3 }), 1.5, { at: 'fake', target: 0 }],
      ];
      for (const [penalty, weight, options] of expected) {
        expect(penalty.weight).toBe(weight);
        const value = await penalty.compute(critic, batch).data();
        expect(value, JSON.stringify(options)).toBeAllclose([find(options).value], close);
      }
    });

    it('the gradient in the input', async () => {
      const { critic, batch } = setUp();
      const gradient = inputGradient(critic, batch.real);
      expect(gradient.shape).toEqual(stored.real.shape);
      expect(await gradient.data()).toBeAllclose(stored.inputGradient, close);
    });
  });
});
