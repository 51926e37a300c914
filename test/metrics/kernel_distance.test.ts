import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { kernelDistance } from '../../src/metrics/kernel/kernel_distance.js';
import type { KernelDistanceOptions } from '../../src/metrics/kernel/kernel_distance.js';
import { useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { asRows, hostRows } from '../helpers/rows.js';
import type { StoredRows } from '../helpers/rows.js';

interface Case {
  readonly name: string;
  readonly real: StoredRows;
  readonly fake: StoredRows;
  readonly options: KernelDistanceOptions;
  readonly indices: { real: number[][]; fake: number[][] };
  readonly mean: number;
  readonly std: number;
  readonly std1: number | null;
  readonly biased: number;
}
const CASES = fixture<{ kernel: Case[] }>('features').kernel;
const read = ({ real, fake, options, indices }: Case) => ({
  features: { real: asRows(real), fake: asRows(fake) },
  options: {
    ...options,
    indices: {
      real: indices.real.map((rows) => Int32Array.from(rows)),
      fake: indices.fake.map((rows) => Int32Array.from(rows)),
    },
  },
});
const at1e9 = { rtol: 0, atol: 1e-9 };
/** The values of some cases are in the thousands, of which 1e-9 is near float64's rounding. */
const exact = { rtol: 1e-12, atol: 1e-12 };

const normal = (seed: number, rows: number, columns: number) =>
  hostRows(new RandomStream(seed).normalValues(rows * columns), columns);

beforeAll(() => useBackend('cpu'));

describe('kernelDistance', () => {
  it.each(CASES.map((one) => [one.name, one] as const))(
    'is torch-fidelity’s: %s',
    async (_, one) => {
      const { features, options } = read(one);
      const { mean, std } = await kernelDistance(features, options);
      expect([mean, std]).toBeAllclose([one.mean, one.std], at1e9);
      expect([mean, std]).toBeAllclose([one.mean, one.std], exact);
      if (one.std1 !== null) {
        const sample = await kernelDistance(features, { ...options, ddof: 1 });
        expect([sample.mean, sample.std]).toBeAllclose([one.mean, one.std1], exact);
      }
      const biased = await kernelDistance(features, { ...options, estimator: 'biased' });
      expect(biased.mean).toBeAllclose(one.biased, exact);
    },
  );

  it('has the published defaults', async () => {
    const features = { real: normal(1, 30, 4), fake: normal(2, 31, 4) };
    const subsetSize = 5;
    const plain = await kernelDistance(features, { subsetSize });
    const named = await kernelDistance(features, {
      ...{ kernel: 'polynomial', degree: 3, gamma: 1 / 4, coefficient: 1 },
      ...{ subsets: 100, subsetSize, seed: 0, ddof: 0, estimator: 'unbiased' },
    });
    expect(plain).toEqual(named);
    const rbf = await kernelDistance(features, { subsetSize, kernel: 'rbf' });
    expect(rbf).toEqual(await kernelDistance(features, { subsetSize, kernel: 'rbf', sigma: 10 }));
    await expect(kernelDistance(features)).rejects.toThrow(/Received: 1000/);
  });

  it('draws without replacement, anew for each subset and by its seed', async () => {
    const features = { real: normal(1, 9, 3), fake: normal(2, 12, 3) };
    const whole = await kernelDistance(features, { subsets: 4, subsetSize: 9 });
    const real = Array.from({ length: 4 }, () => Int32Array.from({ length: 9 }, (_, i) => i));
    // all of the real rows are in each subset, and nine of twelve fakes, other ones each time
    expect(whole.std).toBeGreaterThan(1e-3);
    const fake = features.fake.data.slice(0, 27);
    const all = await kernelDistance(
      { real: features.real, fake: { data: fake, shape: [9, 3] } },
      { subsets: 4, subsetSize: 9 },
    );
    expect(all.std).toBeLessThan(1e-13);
    const given = { real, fake: real };
    const same = await kernelDistance(features, { indices: given });
    expect(same.mean).toBeAllclose(all.mean, { rtol: 1e-12 });

    const seeded = (seed: number) => kernelDistance(features, { subsets: 3, subsetSize: 4, seed });
    expect(await seeded(5)).toEqual(await seeded(5));
    expect(await seeded(5)).not.toEqual(await seeded(6));
    expect(await seeded(0)).not.toEqual(await seeded(1));
  });

  it('is the same whether subsets share their products or not', async () => {
    const features = { real: normal(3, 300, 2), fake: normal(4, 280, 2) };
    const random = new RandomStream(5);
    const draw = (rows: number, size: number) => random.permutation(rows).slice(0, size);
    const sizes = [150, 140, 2, 5, 133]; // of different size, and more than a tile
    const indices = {
      real: sizes.map((size) => draw(300, size)),
      fake: sizes.map((size) => draw(280, size)),
    };
    const one = async (s: number) =>
      kernelDistance(features, {
        indices: { real: [indices.real[s]!], fake: [indices.fake[s]!] },
      });
    const alone = await Promise.all(sizes.map((_, s) => one(s)));
    const mean = alone.reduce((total, { mean }) => total + mean / sizes.length, 0);
    // repeated, they are many enough to share
    const times = (list: Int32Array[]) => [...list, ...list, ...list, ...list];
    const shared = await kernelDistance(features, {
      indices: { real: times(indices.real), fake: times(indices.fake) },
    });
    expect(shared.mean).toBeAllclose(mean, { rtol: 1e-12 });
  });

  it('of a subset with itself: 0 if biased, below 0 if not', async () => {
    const real = normal(6, 40, 5);
    const rows = [Int32Array.of(3, 9, 12, 38, 0), Int32Array.of(1, 2, 3, 4, 5)];
    const indices = { real: rows, fake: rows };
    for (const kernel of ['polynomial', 'rbf'] as const) {
      const features = { real, fake: { ...real } };
      const biased = await kernelDistance(features, { kernel, indices, estimator: 'biased' });
      expect(biased.mean).toBeAllclose(0, { atol: 1e-13 });
      expect((await kernelDistance(features, { kernel, indices })).mean).toBeLessThan(-1e-3);
    }
  });

  it('is 0 of constant features, and 2 − 2k for points apart', async () => {
    const constant = (value: number) => hostRows(new Float32Array(12).fill(value), 2);
    const options = { subsets: 3, subsetSize: 4 };
    const none = await kernelDistance({ real: constant(3), fake: constant(3) }, options);
    expect(none).toEqual({ mean: 0, std: 0 });
    const { mean } = await kernelDistance(
      { real: constant(0), fake: constant(1) },
      { ...options, kernel: 'rbf', sigma: 1 },
    );
    expect(mean).toBeAllclose(2 - 2 * Math.exp(-1), { rtol: 1e-14 });
  });

  it('keeps the digits of an RBF far from zero', async () => {
    const near = { real: normal(7, 20, 3), fake: normal(8, 20, 3) };
    const far = (rows: typeof near.real) => ({
      data: Float64Array.from(rows.data, (x) => Math.round(x * 256) / 256 + 2 ** 20),
      shape: rows.shape,
    });
    const back = (rows: typeof near.real) => ({
      data: Float64Array.from(rows.data, (x) => Math.round(x * 256) / 256),
      shape: rows.shape,
    });
    const options = { kernel: 'rbf', sigma: 1, subsets: 2, subsetSize: 9 } as const;
    const moved = await kernelDistance({ real: far(near.real), fake: far(near.fake) }, options);
    const still = await kernelDistance({ real: back(near.real), fake: back(near.fake) }, options);
    expect(moved.mean).toBeAllclose(still.mean, { rtol: 1e-9 });
  });

  it('lets timers run while it works', async () => {
    const features = { real: normal(9, 1000, 400), fake: normal(10, 1000, 400) };
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await kernelDistance(features, { subsets: 1, subsetSize: 1000 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });

  it('reads tensors, and leaves them as they are', async () => {
    const { real, fake } = { real: normal(1, 8, 3), fake: normal(2, 8, 3) };
    const tensors = {
      real: tensor2d(real.data, [8, 3]),
      fake: tensor2d(fake.data, [8, 3]),
    };
    const before = memory().numTensors;
    const options = { subsets: 2, subsetSize: 5 };
    const result = await kernelDistance(tensors, options);
    expect(result).toEqual(await kernelDistance({ real, fake }, options));
    expect(memory().numTensors).toBe(before);
    tensors.real.dispose();
    tensors.fake.dispose();
  });
});

describe('bad input', () => {
  const rows = (count: number, columns = 2) =>
    hostRows(new Float32Array(count * columns).fill(1), columns);
  const good = { real: rows(6), fake: rows(8) };
  const at = (...list: number[]) => Int32Array.from(list);

  it.each<[string, unknown, object, RegExp]>([
    [
      'nothing',
      undefined,
      {},
      /^kernelDistance: `features` must be an object with the keys real, fake/,
    ],
    ['a third set', { ...good, test: rows(6) }, {}, /keys real, fake\. Received: "test"/],
    ['other features', { real: rows(6), fake: rows(6, 3) }, {}, /`fake` must be of 2 features/],
    [
      'large subsets',
      good,
      { subsetSize: 7 },
      /`subsetSize` must be at most the rows of `real`, 6/,
    ],
    ['a subset of one', good, { subsetSize: 1 }, /`subsetSize` must be an integer >= 2/],
    ['no subset', good, { subsets: 0, subsetSize: 2 }, /`subsets` must be an integer >= 1/],
    ['a kernel', good, { kernel: 'linear' }, /one of 'polynomial', 'rbf'/],
    ['σ of a polynomial', good, { sigma: 1, subsetSize: 2 }, /Received: "sigma"/],
    ['a degree of an RBF', good, { kernel: 'rbf', degree: 3 }, /Received: "degree"/],
    ['σ', good, { kernel: 'rbf', sigma: 0, subsetSize: 2 }, /`sigma` must be a finite number > 0/],
    ['a degree', good, { degree: 1.5, subsetSize: 2 }, /`degree` must be an integer >= 1/],
    ['an estimator', good, { estimator: 'u' }, /one of 'unbiased', 'biased'/],
    ['a seed', good, { seed: -1, subsetSize: 2 }, /kernelDistance: `seed` must be/],
    ['ddof', good, { ddof: 2, subsetSize: 2 }, /`ddof` must be 0 or 1/],
    [
      'one subset with ddof 1',
      good,
      { ddof: 1, subsets: 1, subsetSize: 2 },
      /`subsets` must be at least 2 with `ddof` 1\. Received: 1/,
    ],
    [
      'one given subset with ddof 1',
      good,
      { ddof: 1, indices: { real: [at(1, 2)], fake: [at(1, 2)] } },
      /`indices` must be at least 2 with `ddof` 1/,
    ],
    [
      'a seed and indices',
      good,
      { seed: 0, indices: { real: [at(1, 2)], fake: [at(1, 2)] } },
      /without `seed` where `indices` are given/,
    ],
    [
      'a row too far',
      good,
      { indices: { real: [at(1, 6)], fake: [at(1, 7)] } },
      /`indices\.real` must be different rows below 6/,
    ],
    [
      'a row twice',
      good,
      { indices: { real: [at(1, 2)], fake: [at(7, 7)] } },
      /`indices\.fake` must be different rows below 8/,
    ],
    [
      'subsets of different size',
      good,
      { indices: { real: [at(1, 2)], fake: [at(1, 2, 3)] } },
      /`indices\.fake` must be of 2 rows or more, as many real as fake/,
    ],
    [
      'fewer fake ones',
      good,
      { indices: { real: [at(1, 2), at(1, 2)], fake: [at(1, 2)] } },
      /`indices\.fake` must be one Int32Array per subset/,
    ],
    [
      'no fake ones',
      good,
      { indices: { real: [at(1, 2)] } },
      /`indices\.fake` must be one Int32Array per subset/,
    ],
    [
      'a plain list',
      good,
      { indices: { real: [[1, 2]], fake: [[1, 2]] } },
      /`indices\.real` must be Int32Arrays/,
    ],
    [
      'NaN',
      { real: rows(6), fake: hostRows(Float32Array.of(1, 2, 3, 4, NaN, 6), 2) },
      { subsetSize: 2 },
      /`fake` must be finite in every row\. Received: "NaN in row 2"/,
    ],
    [
      'what has no square',
      { real: rows(2), fake: hostRows(Float64Array.of(1, 2, 3, -1e160), 2) },
      { subsetSize: 2 },
      /`fake` must be below 1e\+150 in size\. Received: "-1e\+160 in row 1"/,
    ],
    [
      'what the kernel makes infinite',
      { real: rows(2), fake: hostRows(Float64Array.of(1e140, 2, 1e140, 1), 2) },
      { subsetSize: 2 },
      /`features` must be small enough for the kernel/,
    ],
  ])('%s', async (_, features, options, message) => {
    await expect(kernelDistance(features as typeof good, options)).rejects.toThrow(message);
  });
});
