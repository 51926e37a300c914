import { serialization, tensor, train as stock, variable } from '@tensorflow/tfjs-core';
import type { Optimizer } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { adam } from '../../src/training/optimizers/adam.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { kernelsOf, valuesOf } from './optimizer_runs.js';

describe.each(BACKENDS)('adam on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('follows the update of algorithm 1, with ε outside the root', async () => {
    const x = variable(tensor([0.5, 0.5]));
    const gradients = [
      [0.3, 2e-8],
      [-0.1, 1e-8],
    ];
    const [alpha, beta1, beta2, epsilon] = [0.1, 0.5, 0.9, 1e-8];
    const optimizer = adam({ learningRate: alpha, beta1, beta2, epsilon });
    const [theta, m, v] = [
      [0.5, 0.5],
      [0, 0],
      [0, 0],
    ] as [number[], number[], number[]];
    for (const [at, gradient] of gradients.entries()) {
      const t = at + 1;
      optimizer.applyGradients({ [x.name]: tensor(gradient) });
      gradient.forEach((g, i) => {
        m[i] = beta1 * m[i]! + (1 - beta1) * g;
        v[i] = beta2 * v[i]! + (1 - beta2) * g ** 2;
        const corrected = [m[i] / (1 - beta1 ** t), v[i] / (1 - beta2 ** t)] as const;
        theta[i] = theta[i]! - (alpha * corrected[0]) / (Math.sqrt(corrected[1]) + epsilon);
      });
      expect(await valuesOf([x])).toBeAllclose(theta);
    }
  });
});

describe('adam', () => {
  beforeAll(() => useBackend('cpu'));

  it('takes ten passes where tfjs takes fourteen', () => {
    const x = variable(tensor([1, 2]));
    const gradients = { [x.name]: tensor([3, 4]) };
    const passes = (optimizer: Optimizer) => {
      optimizer.applyGradients(gradients);
      const counts = kernelsOf(() => optimizer.applyGradients(gradients));
      return ['Add', 'Sub', 'Multiply', 'RealDiv', 'Sqrt', 'Square'].reduce(
        (total, name) => total + (counts[name] ?? 0),
        0,
      );
    };
    expect(passes(adam())).toBe(10);
    // four of the eighteen act on scalars: 1 − β₁ᵗ, 1 − β₂ᵗ and the two powers
    expect(passes(stock.adam(2e-4))).toBe(18);
  });

  it('has the defaults of DCGAN', () => {
    expect(adam().getConfig()).toEqual({
      learningRate: 2e-4,
      beta1: 0.5,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
    });
  });

  it('is registered, so that its configuration makes it anew', () => {
    const options = { learningRate: 3e-4, beta1: 0, beta2: 0.9, epsilon: 1e-6, weightDecay: 0.1 };
    const optimizer = adam(options);
    const [cls, fromConfig] =
      serialization.SerializationMap.getMap().classNameMap[optimizer.getClassName()]!;
    expect(optimizer.getClassName()).toBe('GanKitAdam');
    expect(fromConfig(cls, optimizer.getConfig()).getConfig()).toEqual(options);
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
    model.compile({ optimizer, loss: 'meanSquaredError' });
    expect(model.optimizer.getConfig()).toEqual(options);
  });

  it('refuses options that are none', () => {
    const wrong: [unknown, RegExp][] = [
      [{ learningRate: -1 }, /^adam: `learningRate` must be a finite number >= 0. Received: -1/],
      [{ learningRate: '1' }, /`learningRate` must be a finite number/],
      [{ beta1: 1 }, /`beta1` must be a finite number >= 0 and < 1/],
      [{ beta2: -0.1 }, /`beta2` must be/],
      [{ epsilon: NaN }, /`epsilon` must be/],
      [{ weightDecay: -1 }, /`weightDecay` must be/],
      [{ lr: 1 }, /`options` must be an object with the keys learningRate/],
      [0.1, /`options` must be an object/],
    ];
    for (const [options, message] of wrong) expect(() => adam(options as object)).toThrow(message);
  });
});
