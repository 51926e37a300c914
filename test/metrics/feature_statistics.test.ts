import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { FeatureStatistics } from '../../src/metrics/gaussian/feature_statistics.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { fc } from '../helpers/properties.js';

interface Case {
  name: string;
  a: { shape: [number, number]; data: number[] };
  mean: number[];
  covariance: number[];
}
const { frechet } = fixture<{ frechet: Case[] }>('metrics');

/** Rows start … end − 1 of a matrix in host memory. */
const part = (data: Float64Array, columns: number, start: number, end: number) => ({
  data: data.slice(start * columns, end * columns),
  shape: [end - start, columns],
});

async function statisticsOf(data: Float64Array, columns: number, ends: number[]) {
  const statistics = new FeatureStatistics();
  let start = 0;
  for (const end of [...ends, data.length / columns]) {
    if (end > start) await statistics.update(part(data, columns, start, end));
    start = Math.max(start, end);
  }
  return statistics;
}

describe.each(BACKENDS)('FeatureStatistics on %s', (name) => {
  beforeAll(() => useBackend(name));

  it.each(frechet)('equals numpy.mean and numpy.cov: $name', async ({ a, mean, covariance }) => {
    const statistics = new FeatureStatistics();
    const features = tensor2d(a.data, a.shape);
    await statistics.update(features);
    expect(features.isDisposed).toBe(false);
    expect(statistics.count).toBe(a.shape[0]);
    expect(statistics.value().mean).toBeAllclose(mean, { rtol: 1e-14 });
    expect(statistics.value().covariance).toBeAllclose(covariance, { rtol: 1e-13 });
    features.dispose();
  });

  it('leaves no tensors', async () => {
    const features = tensor2d([1, 2, 3, 4], [2, 2]);
    const statistics = new FeatureStatistics();
    await expectNoLeak(() => statistics.update(features));
    features.dispose();
  });
});

describe('FeatureStatistics', () => {
  const columns = 5;
  const rows = 300;
  const data = Float64Array.from(
    new RandomStream(3).normalValues(rows * columns),
    (value, at) => value * (1 + (at % columns)) + 1e4 * (at % columns),
  );

  it('does not depend on the batches', async () => {
    const whole = (await statisticsOf(data, columns, [])).value();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: rows - 1 })), async (cuts) => {
        const ends = cuts.sort((a, b) => a - b);
        const { mean, covariance } = (await statisticsOf(data, columns, ends)).value();
        expect(mean).toBeAllclose(whole.mean, { rtol: 1e-14 });
        expect(covariance).toBeAllclose(whole.covariance, { rtol: 1e-12 });
      }),
      { numRuns: 30 },
    );
  });

  it.each([1, 2, 7, 64])('merges %i shards, in either direction', async (shards) => {
    const whole = (await statisticsOf(data, columns, [])).value();
    const pieces = await Promise.all(
      Array.from({ length: shards }, (_, i) => {
        const [start, end] = [i, i + 1].map((edge) => Math.floor((edge * rows) / shards));
        return statisticsOf(part(data, columns, start!, end!).data, columns, []);
      }),
    );
    const up = pieces.reduce((all, piece) => all.merge(piece), new FeatureStatistics());
    const down = pieces.reduceRight((all, piece) => all.merge(piece), new FeatureStatistics());
    for (const merged of [up, down]) {
      expect(merged.count).toBe(rows);
      expect(merged.value().mean).toBeAllclose(whole.mean, { rtol: 1e-14 });
      expect(merged.value().covariance).toBeAllclose(whole.covariance, { rtol: 1e-12 });
    }
  });

  it('leaves the merged one as it was, and merges nothing without a change', async () => {
    const a = await statisticsOf(part(data, columns, 0, 10).data, columns, []);
    const b = await statisticsOf(part(data, columns, 10, 30).data, columns, []);
    const before = b.value();
    a.merge(b);
    expect(b.count).toBe(20);
    expect(b.value()).toEqual(before);
    expect(b.merge(new FeatureStatistics()).value()).toEqual(before);
    b.merge(b);
    expect(b.count).toBe(40);
    expect(b.value().mean).toBeAllclose(before.mean, { rtol: 1e-15 });
    const factor = (2 * 19) / 39;
    expect(b.value().covariance).toBeAllclose(
      before.covariance.map((value) => value * factor),
      { rtol: 1e-14 },
    );
  });

  it('bears updates that overlap', async () => {
    const statistics = new FeatureStatistics();
    await Promise.all(
      [0, 1, 2].map((i) => statistics.update(part(data, columns, 100 * i, 100 * (i + 1)))),
    );
    const whole = (await statisticsOf(data, columns, [])).value();
    expect(statistics.value().covariance).toBeAllclose(whole.covariance, { rtol: 1e-12 });
  });

  it('keeps all digits far from zero', async () => {
    const far = data.map((value, at) => (value - 1e4 * (at % columns)) / 8 + 2 ** 30);
    const near = far.map((value) => value - 2 ** 30); // exact
    const a = (await statisticsOf(far, columns, [100])).value();
    const b = (await statisticsOf(near, columns, [100])).value();
    expect(a.covariance).toBeAllclose(b.covariance, { rtol: 1e-7 });
  });

  it('finds no variance in constant features', async () => {
    const constant = new Float64Array(900).fill(0.1);
    const { mean, covariance } = (await statisticsOf(constant, 3, [77])).value();
    expect([...mean]).toEqual([0.1, 0.1, 0.1]);
    expect(covariance.every((value) => value === 0)).toBe(true);
  });

  it('hands out copies', async () => {
    const statistics = await statisticsOf(data, columns, []);
    statistics.value().mean.fill(0);
    statistics.value().covariance.fill(0);
    expect(statistics.value().mean[1]).toBeGreaterThan(9e3);
    expect(statistics.value().covariance[0]).toBeGreaterThan(0.5);
  });

  it('lets timers run while it works', async () => {
    const features = { data: new RandomStream(1).normalValues(4000 * 512), shape: [4000, 512] };
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await new FeatureStatistics().update(features);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });
});

describe('bad input', () => {
  const two = { data: Float64Array.of(1, 2, 3, 5), shape: [2, 2] };
  const three = { data: Float64Array.of(1, 2, 3, 5, 8, 9), shape: [2, 3] };

  it('another feature length leaves the statistics as they were', async () => {
    const statistics = new FeatureStatistics();
    await statistics.update(two);
    const before = statistics.value();
    await expect(statistics.update(three)).rejects.toThrow(
      /FeatureStatistics\.update: `features` must be of 2 features\. Received: 3/,
    );
    const other = new FeatureStatistics();
    await other.update(three);
    expect(() => statistics.merge(other)).toThrow(/FeatureStatistics\.merge: `other`/);
    const bad = { data: Float64Array.of(1, 2, NaN, 5), shape: [2, 2] };
    await expect(statistics.update(bad)).rejects.toThrow(/"NaN in row 1"/);
    expect(statistics.value()).toEqual(before);
  });

  it('a value before two samples', async () => {
    const statistics = new FeatureStatistics();
    expect(() => statistics.value()).toThrow(/`count` must be at least 2\. Received: 0\.\n/);
    await statistics.update({ data: Float64Array.of(1, 2), shape: [1, 2] });
    expect(() => statistics.value()).toThrow(/Received: 1/);
  });

  it('something else to merge', () => {
    expect(() => new FeatureStatistics().merge({} as FeatureStatistics)).toThrow(
      /`other` must be a FeatureStatistics/,
    );
  });
});
