import { tensor, train as stock, variable } from '@tensorflow/tfjs-core';
import type { Optimizer } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { rmsprop } from '../../src/training/optimizers/rmsprop.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { valuesOf } from './optimizer_runs.js';

describe.each(BACKENDS)('rmsprop on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('has ε outside the root, where a small gradient moves ten times further than in tfjs', async () => {
    const step = async (optimizer: Optimizer) => {
      const x = variable(tensor([0]));
      optimizer.applyGradients({ [x.name]: tensor([1e-4]) });
      return (await valuesOf([x]))[0]!;
    };
    const expected = (-1e-3 * 1e-4) / (Math.sqrt(0.01 * 1e-8) + 1e-8);
    expect(await step(rmsprop({ learningRate: 1e-3 }))).toBeAllclose(expected, { rtol: 2e-6 });
    expect(await step(stock.rmsprop(1e-3, 0.99, 0, 1e-8))).toBeGreaterThan(expected / 9);
  });

  it('stays finite where rounding makes a centered variance negative', async () => {
    const x = variable(tensor([0, 0, 0]));
    const optimizer = rmsprop({ learningRate: 1e-6, decay: 0.5, centered: true, epsilon: 1e-3 });
    const g = tensor([0.1, 0.7, 1.3]);
    for (let i = 0; i < 60; i++) optimizer.applyGradients({ [x.name]: g });
    for (const value of await valuesOf([x])) expect(Number.isFinite(value)).toBe(true);
  });
});

describe('rmsprop', () => {
  beforeAll(() => useBackend('cpu'));

  it('has the learning rate of Wasserstein GAN and the rest from torch', () => {
    expect(rmsprop().getClassName()).toBe('GanKitRMSProp');
    expect(rmsprop().getConfig()).toEqual({
      learningRate: 5e-5,
      decay: 0.99,
      epsilon: 1e-8,
      momentum: 0,
      centered: false,
    });
  });

  it('keeps only the slots it needs', async () => {
    const x = variable(tensor([1]));
    const slotsOf = async (options: object) => {
      const optimizer = rmsprop(options);
      optimizer.applyGradients({ [x.name]: tensor([1]) });
      return Object.keys((await optimizer.state()).arrays);
    };
    expect(await slotsOf({})).toEqual(['0/square']);
    expect(await slotsOf({ momentum: 0.5 })).toEqual(['0/square', '0/velocity']);
    expect(await slotsOf({ centered: true, momentum: 0.5 })).toEqual([
      '0/square',
      '0/mean',
      '0/velocity',
    ]);
  });

  it('refuses options that are none', () => {
    const wrong: [unknown, RegExp][] = [
      [{ learningRate: -1 }, /^rmsprop: `learningRate` must be/],
      [{ decay: 1 }, /`decay` must be a finite number >= 0 and < 1. Received: 1/],
      [{ epsilon: -1 }, /`epsilon` must be/],
      [{ momentum: 1.5 }, /`momentum` must be/],
      [{ centered: 1 }, /`centered` must be true or false. Received: 1/],
      [{ alpha: 0.9 }, /with the keys learningRate, decay/],
    ];
    for (const [options, message] of wrong)
      expect(() => rmsprop(options as object)).toThrow(message);
  });
});
