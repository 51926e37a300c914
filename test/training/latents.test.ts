import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleLatents } from '../../src/training/latents.js';
import type { LatentDistribution } from '../../src/training/latents.js';
import { shuffledBatch } from '../../src/training/shuffled_batch.js';
import { useBackend } from '../helpers/backends.js';

describe('sampleLatents', () => {
  beforeAll(() => useBackend('cpu'));

  it('draws the same vectors for the same seed, of the law asked for', async () => {
    const before = memory().numTensors;
    const draw = async (seed: number, distribution: LatentDistribution) => {
      const z = sampleLatents({ count: 50, size: 40, seed, distribution });
      expect(z.shape).toEqual([50, 40]);
      const values = await z.data();
      z.dispose();
      return values;
    };
    expect(await draw(1, 'normal')).toEqual(await draw(1, 'normal'));
    expect(await draw(1, 'normal')).not.toEqual(await draw(2, 'normal'));
    const deviation = (values: ArrayLike<number>) =>
      Math.sqrt(Array.from(values).reduce((a, b) => a + b * b, 0) / values.length);
    expect(deviation(await draw(3, 'normal'))).toBeAllclose(1, { rtol: 0.06 });
    expect(deviation(await draw(3, 'uniform'))).toBeAllclose(1 / Math.sqrt(3), { rtol: 0.06 });
    expect(Math.max(...(await draw(3, 'uniform')))).toBeLessThan(1);
    expect(Math.min(...(await draw(3, 'uniform')))).toBeLessThan(-0.9);
    const unit = await draw(3, 'uniform01');
    expect(Math.min(...unit)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...unit)).toBeLessThan(1);
    expect(Array.from(unit).reduce((a, b) => a + b, 0) / unit.length).toBeAllclose(0.5, {
      rtol: 0.03,
    });
    expect(memory().numTensors).toBe(before);
  });

  it.each([
    [{ size: 3 }, /sampleLatents: `count` must be an integer >= 1/],
    [{ count: 1, size: 0 }, /`size` must be an integer >= 1/],
    [{ count: 1, size: 1, distribution: 'beta' }, /one of 'normal', 'uniform', 'uniform01'/],
    [{ count: 1, size: 1, seed: -1 }, /`seed` must be an integer >= 0/],
    [{ count: 1, size: 1, length: 2 }, /Received: "length"/],
  ])('refuses %o', (options, message) => {
    expect(() => sampleLatents(options as never)).toThrow(message);
  });
});

describe('shuffledBatch', () => {
  const batch = (index: number, seed = 0) => [
    ...shuffledBatch({ count: 10, batchSize: 3, index, seed }),
  ];

  it('shows each item at most once in an epoch, in a new order each time', () => {
    const epoch = (e: number) => [0, 1, 2].flatMap((i) => batch(3 * e + i));
    for (const e of [0, 1, 7]) expect(new Set(epoch(e)).size).toBe(9);
    expect(epoch(0)).not.toEqual(epoch(1));
  });

  it('is a function of seed and index, in any order of asking', () => {
    const [late, early] = [batch(11, 4), batch(2, 4)];
    expect(batch(2, 4)).toEqual(early);
    expect(batch(11, 4)).toEqual(late);
    expect(batch(2, 5)).not.toEqual(early);
  });

  it.each([
    [{ count: 0, batchSize: 1, index: 0 }, /`count` must be an integer >= 1/],
    [{ count: 3, batchSize: 4, index: 0 }, /`batchSize` must be an integer >= 1 and <= 3/],
    [{ count: 3, batchSize: 1, index: -1 }, /`index` must be an integer >= 0/],
    [{ count: 3, batchSize: 1, index: 0, seed: 0.5 }, /`seed`/],
    [{ count: 3, batchSize: 1, index: 0, epoch: 1 }, /Received: "epoch"/],
  ])('refuses %o', (options, message) => {
    expect(() => shuffledBatch(options as never)).toThrow(message);
  });
});
