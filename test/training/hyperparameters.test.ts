import { describe, expect, it } from 'vitest';
import { adam } from '../../src/training/optimizers/adam.js';
import { HYPERPARAMETERS } from '../../src/training/optimizers/hyperparameters.js';

describe('HYPERPARAMETERS', () => {
  it('are table 1 of arXiv 1802.05957', () => {
    const rows = Object.entries(HYPERPARAMETERS).map(([name, { adam, criticSteps }]) => [
      name,
      ...[adam.learningRate, adam.beta1, adam.beta2, criticSteps],
    ]);
    expect(rows).toEqual([
      ['A', 0.0001, 0.5, 0.9, 5],
      ['B', 0.0001, 0.5, 0.999, 1],
      ['C', 0.0002, 0.5, 0.999, 1],
      ['D', 0.001, 0.5, 0.9, 5],
      ['E', 0.001, 0.5, 0.999, 5],
      ['F', 0.001, 0.9, 0.999, 5],
    ]);
  });

  it('are six different settings, which adam takes as they are', () => {
    const texts = Object.values(HYPERPARAMETERS).map((setting) => JSON.stringify(setting));
    expect(new Set(texts).size).toBe(6);
    for (const { adam: options } of Object.values(HYPERPARAMETERS))
      expect(adam(options)).toMatchObject(options);
  });
});
