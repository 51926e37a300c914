import { tensor, variable, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adam } from '../../src/training/optimizers/adam.js';
import { linearDecay } from '../../src/training/optimizers/linear_decay.js';
import { rmsprop } from '../../src/training/optimizers/rmsprop.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';

const REFERENCE = fixture<{
  readonly cases: readonly {
    readonly epochs: number;
    readonly decayEpochs: number;
    readonly start: number;
    readonly counts: number[];
    readonly before: number[];
    readonly after: number[];
  }[];
  readonly trajectories: Readonly<Record<'adam' | 'rmsprop' | 'sgd', number[][]>>;
}>('linear_decay');

describe('linearDecay', () => {
  it.each(REFERENCE.cases)(
    'equals the scheduler of the reference: $epochs + $decayEpochs from $start',
    ({ counts, before, after, ...options }) => {
      const factor = linearDecay(options);
      expect(counts.map((_, e) => factor(e))).toEqual(counts);
      expect(before.map((_, i) => factor(i + 1))).toEqual(before);
      expect(after.map((_, i) => factor(i))).toEqual(after);
    },
  );

  it('falls from the epoch that its comment names', () => {
    const factor = linearDecay({ epochs: 100, decayEpochs: 100 });
    const first = (run: (epoch: number) => number) => {
      let epoch = 1;
      while (run(epoch) === 1) epoch++;
      return [epoch, run(epoch), run(200)];
    };
    expect(first((epoch) => factor(epoch))).toEqual([100, 1 - 1 / 101, 0]);
    expect(first((epoch) => factor(epoch - 1))).toEqual([101, 1 - 1 / 101, 1 - 100 / 101]);
    expect(factor(201)).toBe(0); // the formula alone would give −1/101
    expect(factor(10_000)).toBe(0);
  });

  it.each<[unknown, RegExp]>([
    [{ decayEpochs: 1 }, /^linearDecay: `epochs` must be an integer >= 0\. Received: undefined/],
    [{ epochs: 1, decayEpochs: -1 }, /`decayEpochs` must be an integer >= 0/],
    [{ epochs: 1, decayEpochs: 1.5 }, /`decayEpochs` must be an integer >= 0/],
    [{ epochs: 1, decayEpochs: 1, start: 0 }, /`start` must be an integer >= 1/],
    [{ epochs: 1, decayEpochs: 1, from: 1 }, /with the keys epochs, decayEpochs, start/],
  ])('refuses %o', (options, message) => {
    expect(() => linearDecay(options as never)).toThrow(message);
  });

  it('refuses an epoch that is none', () => {
    const factor = linearDecay({ epochs: 1, decayEpochs: 1 });
    for (const epoch of [-1, 0.5, NaN, '1'])
      expect(() => factor(epoch as number)).toThrow(/`epoch` must be an integer >= 0/);
  });
});

describe.each(BACKENDS)('a learning rate that falls, on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const { epochs, decayEpochs, start } = REFERENCE.cases[2]!;
  const factor = linearDecay({ epochs, decayEpochs, start });
  const count = epochs + decayEpochs - start + 1;
  const make = {
    adam: () => adam({ learningRate: 0.25 }),
    rmsprop: () => rmsprop({ learningRate: 0.25, momentum: 0.5 }),
    sgd: () => sgd({ learningRate: 0.25, momentum: 0.5 }),
  };

  it.each(['adam', 'rmsprop', 'sgd'] as const)(
    'moves %s as in torch, and resumes',
    async (name) => {
      let optimizer = make[name]();
      const x = variable(zeros([3]));
      const trajectory: number[] = [];
      for (let epoch = 1; epoch <= count; epoch++) {
        optimizer.learningRate = 0.25 * factor(epoch);
        for (const step of [2 * epoch - 1, 2 * epoch]) {
          const values = [0, 1, 2].map((i) => (((37 * step + 101 * i) % 97) - 20) / 64);
          const gradient = tensor(values);
          optimizer.applyGradients({ [x.name]: gradient });
          gradient.dispose();
          if (step === 5) {
            const state = await optimizer.state();
            optimizer.dispose();
            optimizer = make[name]();
            await optimizer.restore(state);
            expect(optimizer.learningRate).toBe(0.25 * factor(epoch));
          }
        }
        trajectory.push(...(await x.data()));
      }
      expect(trajectory).toBeAllclose(REFERENCE.trajectories[name].flat(), { rtol: 2e-6 });
      optimizer.dispose();
      x.dispose();
    },
  );
});
