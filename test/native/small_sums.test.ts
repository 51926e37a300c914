import { fill, mean, neg, sum, concat, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../helpers/backends.js';
import { held } from '../helpers/held.js';

describe('sums of few elements on libtensorflow', () => {
  beforeAll(() => useBackend('tensorflow'));

  it('of terms that cancel are 0', () => {
    for (const count of [24, 48, 100]) {
      const terms = fill([count, 1], 1 / count);
      expect([...sum(concat([neg(terms), terms]), 0).dataSync()]).toEqual([0]);
    }
  });

  it('and their means are over any axes, of any shape', () => {
    const x = tensor([1, 2, 3, 4, 5, 6], [1, 2, 3]);
    expect(sum(x, [0, 2], true).arraySync()).toEqual([[[6], [15]]]);
    expect(mean(x, 1).arraySync()).toEqual([[2.5, 3.5, 4.5]]);
    expect(sum(x).arraySync()).toBe(21);
    expect(sum(tensor([], [0, 2]), 0).arraySync()).toEqual([0, 0]);
    expect(sum(tensor([1, 0, 1], [3], 'bool')).arraySync()).toBe(2);
  });

  it('leave no tensor', () => {
    const x = tensor([1, 2, 3]);
    sum(x).dispose();
    const before = held();
    for (let i = 0; i < 50; i++) sum(x).dispose();
    expect(held()).toEqual(before);
  });
});
