import { memory, mul, ones, scalar } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { duePenalties } from '../../src/penalties/due_penalties.js';
import { dragan } from '../../src/penalties/dragan.js';
import { r1 } from '../../src/penalties/r1.js';
import { r2 } from '../../src/penalties/r2.js';
import type { Critic, Penalty } from '../../src/types.js';
import { useBackend } from '../helpers/backends.js';

const constant = (value: number, weight: number, every: number): Penalty => ({
  weight,
  every,
  compute: () => scalar(value),
});

describe('duePenalties', () => {
  beforeAll(() => useBackend('cpu'));

  it('adds weight · every · term at the steps of each interval', async () => {
    const penalties = [constant(2, 10, 1), constant(3, 5, 4), constant(7, 1, 6)];
    const batch = { real: ones([1, 1]) };
    const before = memory().numTensors;
    const terms = [];
    for (let step = 0; step < 13; step++) {
      const term = duePenalties(
        penalties,
        () => step,
        (x) => x,
        batch,
      )!;
      terms.push((await term.data())[0]);
      term.dispose();
    }
    const [a, b, c] = [20, 4 * 5 * 3, 6 * 7];
    expect(terms).toEqual([a + b + c, a, a, a, a + b, a, a + c, a, a + b, a, a, a, a + b + c]);
    expect(memory().numTensors).toBe(before);
  });

  it('is nothing where nothing is due', () => {
    const batch = { real: ones([1, 1]) };
    expect(
      duePenalties(
        [],
        () => 0,
        (x) => x,
        batch,
      ),
    ).toBeUndefined();
    expect(
      duePenalties(
        [constant(1, 1, 2)],
        () => 1,
        (x) => x,
        batch,
      ),
    ).toBeUndefined();
  });

  it('gives a penalty the same strength over many steps at any interval', async () => {
    const total = async (every: number) => {
      let sum = 0;
      for (let step = 0; step < 16; step++) {
        const penalty = r1({ gamma: 3, every });
        const term = duePenalties(
          [penalty],
          () => step,
          (x) => mul(x, 2),
          { real: ones([2, 1]) },
        );
        sum += (await term?.data())?.[0] ?? 0;
      }
      return sum;
    };
    const expected = 16 * 1.5 * 4;
    for (const every of [1, 2, 8, 16]) expect(await total(every)).toBeAllclose(expected);
  });
});

describe('the factories', () => {
  beforeAll(() => useBackend('cpu'));

  it('have the defaults of the papers', () => {
    expect(dragan()).toMatchObject({ weight: 10, every: 1 });
    expect(r1()).toMatchObject({ weight: 5, every: 1 });
    expect(r2({ gamma: 1, every: 16 })).toMatchObject({ weight: 0.5, every: 16 });
  });

  it('pass their options on', async () => {
    const patches: Critic = (x) => mul(x, ones([1, 4])); // [n, 4]
    const batch = { real: ones([3, 1]), fake: ones([3, 1]) };
    const value = async (penalty: Penalty) => (await penalty.compute(patches, batch).data())[0];
    expect(await value(r1())).toBe(16);
    expect(await value(r1({ outputs: 'mean' }))).toBe(1);
    expect(await value(r2({ outputs: 'mean' }))).toBe(1);
    expect(await value(dragan({ target: 6 }))).toBe(4);
    expect(await value(dragan({ target: 6, outputs: 'mean' }))).toBe(25);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['dragan at other points', () => dragan({ at: 'real' } as never), /^dragan: `options` must be/],
    ['dragan without a scale', () => dragan({ scale: -1 }), /`scale` must be a finite number > 0/],
    ['r1 with a weight', () => r1({ weight: 5 } as never), /^r1: `options` must be .*"weight"/],
    ['a negative γ', () => r1({ gamma: -1 }), /^r1: `gamma` must be a finite number >= 0/],
    ['r2 with a target', () => r2({ target: 1 } as never), /^r2: `options` must be .*"target"/],
    ['γ as a word', () => r2({ gamma: '10' } as never), /^r2: `gamma` must be .* Received: "10"/],
  ])('refuse %s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});
