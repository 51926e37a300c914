import { tensor, variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { sgd } from '../../src/training/optimizers/sgd.js';
import type { SGDOptions } from '../../src/training/optimizers/sgd.js';
import { useBackend } from '../helpers/backends.js';
import { kernelsOf, valuesOf } from './optimizer_runs.js';

describe('sgd', () => {
  beforeAll(() => useBackend('cpu'));

  it('takes the first gradient whole, and damps the later ones', async () => {
    const x = variable(tensor([0]));
    const optimizer = sgd({ learningRate: 1, momentum: 0.5, dampening: 0.75 });
    const positions: number[] = [];
    for (let step = 1; step <= 3; step++) {
      optimizer.applyGradients({ [x.name]: tensor([4]) });
      positions.push(...(await valuesOf([x])));
    }
    // b: 4, then 0.5·4 + 0.25·4 = 3, then 0.5·3 + 1 = 2.5
    expect(positions).toEqual([-4, -7, -9.5]);
  });

  it('is one product and one difference when plain', () => {
    const x = variable(tensor([0]));
    const gradients = { [x.name]: tensor([4]) };
    const optimizer = sgd({ learningRate: 1 });
    expect(kernelsOf(() => optimizer.applyGradients(gradients))).toEqual({ Multiply: 1, Sub: 1 });
  });

  it('says what it was made with', () => {
    expect(sgd({ learningRate: 0.1 }).getClassName()).toBe('GanKitSGD');
    expect(sgd({ learningRate: 0.1 }).getConfig()).toEqual({
      learningRate: 0.1,
      momentum: 0,
      dampening: 0,
      nesterov: false,
      weightDecay: 0,
    });
  });

  it('refuses options that are none', () => {
    const wrong: [unknown, RegExp][] = [
      [undefined, /^sgd: `options` must be an object/],
      [{}, /`learningRate` must be/],
      [{ learningRate: 1, momentum: -1 }, /`momentum` must be/],
      [{ learningRate: 1, dampening: 2 }, /`dampening` must be/],
      [{ learningRate: 1, nesterov: 'yes' }, /`nesterov` must be true or false/],
      [{ learningRate: 1, nesterov: true }, /false without momentum or with dampening/],
      [{ learningRate: 1, momentum: 0.9, dampening: 0.1, nesterov: true }, /with dampening/],
      [{ learningRate: 1, weightDecay: -1 }, /`weightDecay` must be/],
      [{ rate: 1 }, /with the keys learningRate/],
    ];
    for (const [options, message] of wrong)
      expect(() => sgd(options as SGDOptions)).toThrow(message);
  });
});
