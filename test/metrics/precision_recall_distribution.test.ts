import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { columnMeans } from '../../src/metrics/centred_rows.js';
import { DistanceBounds } from '../../src/metrics/neighbors/distance_bounds.js';
import { kMeans } from '../../src/metrics/prd/k_means.js';
import { precisionRecallCurve } from '../../src/metrics/prd/precision_recall_curve.js';
import { precisionRecallDistribution } from '../../src/metrics/prd/precision_recall_distribution.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { asRows, hostRows } from '../helpers/rows.js';
import type { StoredRows } from '../helpers/rows.js';

interface Curve {
  readonly name: string;
  readonly angles: number;
  readonly precision: number[];
  readonly recall: number[];
  readonly fBeta: number;
  readonly fInverseBeta: number;
}
interface CurveCase extends Curve {
  readonly real: number[];
  readonly fake: number[];
  readonly epsilon: number;
}
interface ClusteredCase extends Curve {
  readonly real: StoredRows;
  readonly fake: StoredRows;
  readonly clusters: number;
  readonly beta: number;
  readonly labels: { real: number[]; fake: number[] }[];
}
const { curves, clustered } = fixture<{ curves: CurveCase[]; clustered: ClusteredCase[] }>(
  'features',
);

const at1e9 = { rtol: 0, atol: 1e-9 };
function expectCurve(found: Omit<Curve, 'name' | 'angles'> | object, expected: Curve) {
  const curve = found as ReturnType<typeof precisionRecallCurve>;
  expect(curve.precision).toBeAllclose(expected.precision, at1e9);
  expect(curve.recall).toBeAllclose(expected.recall, at1e9);
  expect([curve.fBeta, curve.fInverseBeta]).toBeAllclose(
    [expected.fBeta, expected.fInverseBeta],
    at1e9,
  );
}

/** Some groups of points around centres that are far apart. */
function groups(seed: number, centres: number[][], size: number) {
  const noise = new RandomStream(seed).normalValues(centres.length * size * 2);
  const values = noise.map((x, i) => x + 40 * centres[Math.floor(i / 2) % centres.length]![i % 2]!);
  return hostRows(values, 2);
}
const CENTRES = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
];

describe.each(BACKENDS)('precisionRecallDistribution on %s', (name) => {
  beforeAll(() => useBackend(name));

  it('finds the clusters that there are, and modes that are lost', async () => {
    const [real, fake] = [groups(1, CENTRES, 20), groups(2, CENTRES.slice(0, 2), 40)];
    const tensors = {
      real: tensor2d(real.data, real.shape),
      fake: tensor2d(fake.data, fake.shape),
    };
    const options = { clusters: 4, runs: 3, angles: 201, batchSize: 16, seed: 3 };
    const found = await precisionRecallDistribution(tensors, options);
    const expected = precisionRecallCurve(
      { real: [1, 1, 1, 1], fake: [1, 1, 0, 0] },
      { angles: 201 },
    );
    // one run in some may leave two groups in one cluster; these three do not
    expect(found.precision).toBeAllclose(expected.precision, { rtol: 1e-12 });
    expect(found.recall).toBeAllclose(expected.recall, { rtol: 1e-12 });
    expect(found.fBeta).toBeAllclose(expected.fBeta, { rtol: 1e-12 });
    tensors.real.dispose();
    tensors.fake.dispose();
  });

  it('clusters as float64 does, whatever the batches', async () => {
    const data = new RandomStream(4).normalValues(60 * 3).map((x) => 500 + x);
    const rows = { data, rows: 60, columns: 3 };
    const reference = lloyd(data, 3, 5, 7);
    for (const batchSize of [3, 64]) {
      const bounds = new DistanceBounds(rows, await columnMeans(rows), batchSize);
      const inputs = { rows, bounds, clusters: 5, iterations: 100 };
      const labels = await kMeans(inputs, new RandomStream(7));
      bounds.dispose();
      expect([...labels]).toEqual(reference);
    }
  });

  it('leaves no tensors', async () => {
    const real = tensor2d([[1], [2], [4]]);
    const fake = tensor2d([[1], [3], [9]]);
    await expectNoLeak(() =>
      precisionRecallDistribution({ real, fake }, { clusters: 2, runs: 2, batchSize: 2 }),
    );
    expect(real.isDisposed || fake.isDisposed).toBe(false);
    real.dispose();
    fake.dispose();
  });
});

/** k-means in the plainest way, from the centres that k-means++ draws. */
function lloyd(data: Float32Array, columns: number, clusters: number, seed: number): number[] {
  const rows = Array.from({ length: data.length / columns }, (_, i) => [
    ...data.subarray(i * columns, (i + 1) * columns),
  ]);
  const square = (a: number[], b: number[]) =>
    a.reduce((total, value, j) => total + (value - b[j]!) * (value - b[j]!), 0);
  let centres: number[][] = [];
  for (const share of new RandomStream(seed).uniformValues(clusters)) {
    const weights = rows.map((row) => Math.min(1e9, ...centres.map((c) => square(row, c))));
    let left = share * weights.reduce((a, b) => a + b);
    centres.push(rows[weights.findIndex((weight) => (left -= weight) < 0)]!);
  }
  let labels: number[] = [];
  for (let round = 0; round < 100; round++) {
    labels = rows.map((row) => {
      const distances = centres.map((centre) => square(row, centre));
      return distances.indexOf(Math.min(...distances));
    });
    centres = centres.map((centre, k) => {
      const members = rows.filter((_, i) => labels[i] === k);
      return centre.map((_, j) => members.reduce((sum, row) => sum + row[j]!, 0) / members.length);
    });
  }
  return labels;
}

describe('precisionRecallDistribution', () => {
  beforeAll(() => useBackend('cpu'));

  it.each(clustered.map((one) => [one.name, one] as const))(
    'is the authors’, given their labels: %s',
    async (_, one) => {
      const labels = one.labels.map(({ real, fake }) => ({
        real: Int32Array.from(real),
        fake: Int32Array.from(fake),
      }));
      const { clusters, angles, beta } = one;
      const features = { real: asRows(one.real), fake: asRows(one.fake) };
      const balanced = one.real.shape[0] === one.fake.shape[0];
      const options = { labels, clusters, angles, beta, balanced, fEpsilon: 1e-10 };
      expectCurve(await precisionRecallDistribution(features, options), one);
    },
  );

  it('averages runs, of which a seed draws each anew', async () => {
    const features = { real: groups(5, CENTRES, 3), fake: groups(6, CENTRES, 3) };
    const run = (options: object) =>
      precisionRecallDistribution(features, { clusters: 5, angles: 11, ...options });
    const [one, two] = [await run({ runs: 1 }), await run({ runs: 2 })];
    expect(one).toEqual(await run({ runs: 1, seed: 0 }));
    expect(two).not.toEqual(one);
    expect(await run({ runs: 1, seed: 4 })).not.toEqual(one);
    const defaults = await precisionRecallDistribution(features);
    expect(defaults).toEqual(
      await precisionRecallDistribution(features, {
        ...{ clusters: 20, runs: 10, angles: 1001, epsilon: 1e-10, beta: 8, fEpsilon: 0 },
        ...{ iterations: 100, seed: 0, balanced: true },
      }),
    );
  });

  it('bears fewer points than clusters, and clusters that nothing tells apart', async () => {
    const copies = {
      real: hostRows(new Float32Array(8).fill(3), 1),
      fake: hostRows(new Float32Array(8).fill(3), 1),
    };
    const same = await precisionRecallDistribution(copies, { clusters: 5, runs: 2 });
    expect([same.fBeta, same.fInverseBeta]).toBeAllclose([1, 1], { rtol: 1e-12 });
    const apart = {
      real: hostRows(new Float32Array(8), 1),
      fake: hostRows(new Float32Array(8).fill(3), 1),
    };
    const none = await precisionRecallDistribution(apart, { clusters: 5, runs: 2 });
    expect(none.fBeta).toBe(0);
    expect([...none.precision].every((value) => value === 0)).toBe(true);
  });

  const rows = (count: number, columns = 2) =>
    hostRows(new Float32Array(count * columns).fill(1), columns);
  const good = { real: rows(4), fake: rows(4) };
  const labels = (...list: number[]) => ({
    real: Int32Array.from(list),
    fake: Int32Array.of(0, 0, 1, 1),
  });
  it.each<[string, unknown, object, RegExp]>([
    [
      'sizes',
      { real: rows(4), fake: rows(3) },
      {},
      /`fake` must be of 4 rows.*\n.*balanced: false/,
    ],
    ['clusters', good, { clusters: 9 }, /`clusters` must be an integer >= 1 and <= 8/],
    ['runs', good, { clusters: 2, runs: 0 }, /`runs` must be an integer >= 1/],
    ['rounds', good, { clusters: 2, iterations: 0 }, /`iterations` must be an integer >= 1/],
    ['a batch', good, { clusters: 2, batchSize: 0 }, /`batchSize` must be an integer >= 1/],
    ['a seed', good, { clusters: 2, seed: 0.5 }, /precisionRecallDistribution: `seed`/],
    ['angles', good, { angles: 2 }, /`angles` must be an integer >= 3/],
    ['an option', good, { k: 2 }, /Received: "k"/],
    ['no labels', good, { clusters: 2, labels: [] }, /`labels` must be an array/],
    [
      'labels and a seed',
      good,
      { clusters: 2, labels: [labels(0, 1, 0, 1)], seed: 1 },
      /without `seed` where `labels` are given/,
    ],
    [
      'few labels',
      good,
      { clusters: 2, labels: [labels(0, 1, 0, 1), labels(0, 1)] },
      /`labels\[1\]\.real` must be one for each of 4 rows\. Received: 2/,
    ],
    [
      'a label',
      good,
      { clusters: 2, labels: [labels(0, 1, 2, 1)] },
      /`labels\[0\]\.real` must be clusters below 2\. Received: 2/,
    ],
    ['a plain list', good, { clusters: 2, labels: [{ real: [0] }] }, /must be an Int32Array/],
    [
      'NaN',
      { real: rows(2), fake: hostRows(Float32Array.of(1, 2, 3, NaN), 2) },
      {},
      /`fake` must be finite in every row\. Received: "NaN in row 1"/,
    ],
  ])('refuses %s', async (_, features, options, message) => {
    await expect(precisionRecallDistribution(features as typeof good, options)).rejects.toThrow(
      message,
    );
  });
});

describe('precisionRecallCurve', () => {
  it.each(curves.map((one) => [one.name, one] as const))('is the authors’: %s', (_, one) => {
    const { real, fake, angles, epsilon } = one;
    const given = { angles, epsilon, fEpsilon: 1e-10 };
    expectCurve(precisionRecallCurve({ real, fake }, given), one);
  });

  it('has no ε in F unless asked for', () => {
    const one = curves.find(({ name }) => name.startsWith('F where'))!;
    const { real, fake, angles } = one;
    const plain = precisionRecallCurve({ real, fake }, { angles });
    // near precision 1 and recall 1/64, where an ε in F_{1/8} counts most
    expect(plain.fInverseBeta - one.fInverseBeta).toBeGreaterThan(1e-9);
    expect(plain.fInverseBeta - one.fInverseBeta).toBeLessThan(2e-9);
  });

  it('weighs recall by β, precision by 1/β', () => {
    // all that is generated is real, a tenth of what is real is generated
    const { fBeta, fInverseBeta } = precisionRecallCurve({
      real: Array<number>(10).fill(1),
      fake: [1, ...Array<number>(9).fill(0)],
    });
    expect(fBeta).toBeLessThan(0.12);
    expect(fInverseBeta).toBeGreaterThan(0.85);
  });

  it.each<[string, unknown, object, RegExp]>([
    ['nothing', undefined, {}, /`histograms` must be an object with the keys real, fake/],
    ['one', { real: [1] }, {}, /`fake` must be an array of counts or shares/],
    ['none', { real: [0, 0], fake: [1, 1] }, {}, /`real` must be .*not all 0.*a sum of 0/],
    ['states', { real: [1], fake: [1, 1] }, {}, /`fake` must be of 1 states/],
    ['less than 0', { real: [1], fake: [-1] }, {}, /`fake` must be counts or shares from 0 on/],
    ['NaN', { real: [NaN, 1], fake: [1, 1] }, {}, /`real` must be counts or shares/],
    ['epsilon', { real: [1], fake: [1] }, { epsilon: 0 }, /`epsilon` must be .* > 0 and < 0\.1/],
    ['beta', { real: [1], fake: [1] }, { beta: 0 }, /`beta` must be a finite number > 0/],
    ['fEpsilon', { real: [1], fake: [1] }, { fEpsilon: -1 }, /`fEpsilon` must be .* >= 0/],
  ])('refuses %s', (_, histograms, options, message) => {
    expect(() => precisionRecallCurve(histograms as { real: []; fake: [] }, options)).toThrow(
      message,
    );
  });
});
