import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { classShares } from '../../src/metrics/classifier/class_shares.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

describe.each(BACKENDS)('classShares on %s', (name) => {
  beforeAll(() => useBackend(name));

  it('counts the largest logit of each sample, the first of equal ones', async () => {
    const logits = tensor2d([
      [2, 1, -4],
      [-3, -2, -2],
      [-1, -1, -1],
      [0, 1, 9],
      [7, 1, 6],
    ]);
    expect([...(await classShares(logits))]).toEqual([0.6, 0.2, 0.2]);
    expect(logits.isDisposed).toBe(false);
    await expectNoLeak(() => classShares(logits));
    logits.dispose();
  });
});

describe('bad input', () => {
  it.each([
    ['rank', () => tensor1d([1, 2]), /classShares: `logits` must be of rank 2/],
    ['dtype', () => tensor2d([[1, 2]], [1, 2], 'int32'), /of dtype float32/],
    ['no rows', () => tensor2d([], [0, 2]), /at least one row/],
    ['infinity', () => tensor2d([[1, Infinity]]), /"Infinity in row 0"/],
    ['a list', () => [[1, 2]] as never, /a tensor or \{ data, shape \}/],
  ])('%s', async (_, logits, message) => {
    await expect(classShares(logits())).rejects.toThrow(message);
  });
});
