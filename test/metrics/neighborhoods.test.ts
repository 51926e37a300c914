import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { densityCoverage } from '../../src/metrics/neighbors/density_coverage.js';
import { precisionRecall } from '../../src/metrics/neighbors/precision_recall.js';
import { realism } from '../../src/metrics/neighbors/realism.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { fc } from '../helpers/properties.js';
import { asRows, hostRows } from '../helpers/rows.js';
import type { StoredRows } from '../helpers/rows.js';

interface Case {
  readonly name: string;
  readonly real: StoredRows;
  readonly fake: StoredRows;
  readonly neighbors: number;
  readonly fidelity: { precision: number; recall: number; f1: number };
  readonly ipr: { precision: number; recall: number; realism: number[]; clamped: number[] };
  readonly prdc: { precision: number; recall: number; density: number; coverage: number } | null;
}
const CASES = fixture<{ neighbors: Case[] }>('features').neighbors;
const NAMED = CASES.map((one) => [one.name, one] as const);
const features = ({ real, fake }: Case) => ({ real: asRows(real), fake: asRows(fake) });
const exact = { rtol: 1e-14 };

type Host = { data: Float32Array | Float64Array; shape: number[] };

/** All metrics from every distance, in float64. */
function bruteForce(real: Host, fake: Host, k: number, inside: '<=' | '<') {
  const row = ({ data, shape }: Host, i: number) =>
    data.subarray(i * shape[1]!, (i + 1) * shape[1]!);
  const square = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let total = 0;
    for (let j = 0; j < a.length; j++) total += (a[j]! - b[j]!) * (a[j]! - b[j]!);
    return total;
  };
  const rows = (set: Host) => Array.from({ length: set.shape[0]! }, (_, i) => row(set, i));
  const radii = (set: Host) =>
    rows(set).map((x, i) => {
      const others = rows(set).filter((_, j) => j !== i);
      return others.map((y) => square(x, y)).sort((a, b) => a - b)[k - 1]!;
    });
  const holds = (d: number, r: number) => (inside === '<' ? d < r : d <= r);
  const [ofReal, ofFake] = [radii(real), radii(fake)];
  const counts = rows(fake).map(
    (y) => rows(real).filter((x, i) => holds(square(x, y), ofReal[i]!)).length,
  );
  const median = [...ofReal].sort((a, b) => a - b)[Math.floor((ofReal.length - 1) / 2)]!;
  const scores = rows(fake).map((y) =>
    rows(real).reduce((best, x, i) => {
      const score = Math.sqrt(ofReal[i]!) / (Math.sqrt(square(x, y)) + 1e-5);
      return ofReal[i]! <= median ? Math.max(best, score) : best;
    }, 0),
  );
  const share = (list: boolean[]) => list.filter(Boolean).length / list.length;
  return {
    precision: share(counts.map((count) => count > 0)),
    recall: share(
      rows(real).map((x) => rows(fake).some((y, i) => holds(square(x, y), ofFake[i]!))),
    ),
    scores: Float64Array.from(scores),
    density: counts.reduce((a, b) => a + b, 0) / (k * counts.length),
    coverage: share(
      rows(real).map((x, i) => rows(fake).some((y) => holds(square(x, y), ofReal[i]!))),
    ),
  };
}

const normal = (seed: number, rows: number, columns: number, f = (x: number) => x) =>
  hostRows(new RandomStream(seed).normalValues(rows * columns).map(f), columns);

describe.each(BACKENDS)('neighbours on %s', (name) => {
  beforeAll(() => useBackend(name));

  it.each(NAMED)('precisionRecall is torch-fidelity’s and the authors’: %s', async (_, one) => {
    const { neighbors, fidelity, ipr } = one;
    const found = await precisionRecall(features(one), { neighbors });
    expect([found.precision, found.recall]).toBeAllclose([ipr.precision, ipr.recall], exact);
    // torch-fidelity returns means in float32
    expect([found.precision, found.recall].map(Math.fround)).toEqual([
      fidelity.precision,
      fidelity.recall,
    ]);
    expect(found.f1).toBeAllclose(fidelity.f1, { rtol: 1e-7 });
  });

  it.each(NAMED.filter(([, { prdc }]) => prdc !== null))(
    'densityCoverage and strict precisionRecall are prdc’s: %s',
    async (_, one) => {
      const { neighbors, prdc } = one;
      const { density, coverage } = await densityCoverage(features(one), { neighbors });
      expect([density, coverage]).toBeAllclose([prdc!.density, prdc!.coverage], exact);
      const options = { neighbors, inside: '<' } as const;
      const { precision, recall } = await precisionRecall(features(one), options);
      expect([precision, recall]).toBeAllclose([prdc!.precision, prdc!.recall], exact);
    },
  );

  it.each(NAMED)('realism is the authors’: %s', async (_, one) => {
    const options = { neighbors: one.neighbors, squared: true };
    const clamped = await realism(features(one), options);
    expect(clamped).toBeAllclose(one.ipr.clamped, { rtol: 1e-9 });
    const all = await realism(features(one), { ...options, percentile: 100 });
    expect(all).toBeAllclose(one.ipr.realism, { rtol: 1e-9 });
  });

  it('is the same for every batch, of any memory', async () => {
    const [real, fake] = [normal(1, 37, 9), normal(2, 23, 9, (x) => 0.8 * x)];
    const expected = bruteForce(real, fake, 4, '<=');
    const tensors = { real: tensor2d(real.data, [37, 9]), fake: tensor2d(fake.data, [23, 9]) };
    for (const batchSize of ON_GPU ? [8] : [1, 8, 64]) {
      const options = { neighbors: 4, inside: '<=', batchSize } as const;
      const { precision, recall } = await precisionRecall(tensors, options);
      const { density, coverage } = await densityCoverage({ real, fake }, options);
      const scores = await realism({ real, fake }, { batchSize, neighbors: 4 });
      expect({ precision, recall, density, coverage, scores }).toEqual(expected);
    }
    tensors.real.dispose();
    tensors.fake.dispose();
  });

  it.each([
    ['far from zero', 1, (x: number) => 3000 + x / 16],
    ['tiny', 1e-25, (x: number) => x],
    ['that overflow float32', 1e25, (x: number) => x],
    ['in groups far apart', 1, (x: number) => x + Math.sign(x) * 1e4],
    ['on a grid', 1, (x: number) => Math.round(2 * x) / 2 + 100],
  ])('decides as float64 does: features %s', async (_, scale, f) => {
    const at = (seed: number, rows: number) => {
      const { data, shape } = normal(seed, rows, 2, f);
      return { data: Float64Array.from(data, (x) => x * scale), shape };
    };
    const [real, fake] = [at(3, 40), at(4, 40)];
    for (const inside of ['<=', '<'] as const) {
      const { precision, recall } = await precisionRecall({ real, fake }, { inside });
      const options = { inside, neighbors: 3 };
      const { density, coverage } = await densityCoverage({ real, fake }, options);
      const scores = await realism({ real, fake });
      expect({ precision, recall, density, coverage, scores }).toEqual(
        bruteForce(real, fake, 3, inside),
      );
    }
  });

  it('leaves no tensors', async () => {
    const sets = { real: tensor2d([[1], [2], [4]]), fake: tensor2d([[1], [3], [9]]) };
    const options = { neighbors: 1, batchSize: 2 };
    await expectNoLeak(() => precisionRecall(sets, options));
    await expectNoLeak(() => densityCoverage(sets, options));
    await expectNoLeak(() => realism(sets, options));
    expect(sets.real.isDisposed || sets.fake.isDisposed).toBe(false);
    sets.real.dispose();
    sets.fake.dispose();
  });
});

describe('neighbours', () => {
  beforeAll(() => useBackend('cpu'));
  const column = (...values: number[]) => hostRows(Float32Array.from(values), 1);

  it('has the published defaults', async () => {
    const sets = {
      real: normal(5, 20, 2, (x) => Math.round(x)),
      fake: normal(6, 20, 2, Math.round),
    };
    const all = await precisionRecall(sets);
    expect(all).toEqual(await precisionRecall(sets, { neighbors: 3, inside: '<=' }));
    expect(all).not.toEqual(await precisionRecall(sets, { neighbors: 3, inside: '<' }));
    const dense = await densityCoverage(sets);
    expect(dense).toEqual(await densityCoverage(sets, { neighbors: 5, inside: '<' }));
    expect(dense).not.toEqual(await densityCoverage(sets, { neighbors: 5, inside: '<=' }));
    const plain = { neighbors: 3, percentile: 50, squared: false, epsilon: 1e-5 };
    expect(await realism(sets)).toEqual(await realism(sets, plain));
  });

  it('equals brute force for any data, ties and copies too', async () => {
    const example = fc.record({
      columns: fc.integer({ min: 1, max: 3 }),
      values: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 24, maxLength: 60 }),
      neighbors: fc.integer({ min: 1, max: 3 }),
      batchSize: fc.integer({ min: 1, max: 7 }),
      inside: fc.constantFrom('<=' as const, '<' as const),
    });
    await fc.assert(
      fc.asyncProperty(example, async ({ columns, values, neighbors, batchSize, inside }) => {
        const rows = Math.floor(values.length / columns);
        const cut = 4 + ((values.length * 7) % (rows - 7));
        const at = (from: number, to: number) =>
          hostRows(Float32Array.from(values.slice(from * columns, to * columns)), columns);
        const [real, fake] = [at(0, cut), at(cut, rows)];
        const options = { neighbors, batchSize, inside };
        const { precision, recall } = await precisionRecall({ real, fake }, options);
        const { density, coverage } = await densityCoverage({ real, fake }, options);
        const scores = await realism({ real, fake }, { neighbors, batchSize });
        expect({ precision, recall, density, coverage, scores }).toEqual(
          bruteForce(real, fake, neighbors, inside),
        );
      }),
      { seed: 11 },
    );
  });

  it('knows the surface of a ball of radius 0 from its inside', async () => {
    const copies = { real: column(1, 1, 1, 1), fake: column(1, 1, 1, 2) };
    const held = await precisionRecall(copies, { neighbors: 2 });
    expect(held).toEqual({ precision: 0.75, recall: 1, f1: 6 / 7 });
    const none = await precisionRecall(copies, { neighbors: 2, inside: '<' });
    // the ball of fake 2 reaches to 1, and holds nothing nearer
    expect(none).toEqual({ precision: 0, recall: 0, f1: 0 });
    const options = { neighbors: 2 };
    expect(await densityCoverage(copies, options)).toEqual({ density: 0, coverage: 0 });
    const closed = await densityCoverage(copies, { ...options, inside: '<=' });
    expect(closed).toEqual({ density: (3 * 4) / (2 * 4), coverage: 1 });
  });

  it('realism: nearness over radius, of small balls', async () => {
    const sets = { real: column(0, 1, 2, 10), fake: column(0.5, 4, 1) };
    const epsilon = 1e-3;
    const score = (radius: number, distance: number) => radius / (distance + epsilon);
    expect(await realism(sets, { neighbors: 1, epsilon })).toBeAllclose(
      [score(1, 0.5), score(1, 2), score(1, 0)],
      exact,
    );
    // the ball of 10 reaches to 2
    expect(await realism(sets, { neighbors: 1, epsilon, percentile: 100 })).toBeAllclose(
      [score(1, 0.5), score(8, 6), score(1, 0)],
      exact,
    );
    expect(await realism(sets, { neighbors: 1, epsilon, squared: true })).toBeAllclose(
      [score(1, 0.25), score(1, 4), score(1, 0)],
      exact,
    );
  });

  it('takes the radii up to a percentile as numpy does', async () => {
    const real = column(0, 1, 3, 6, 10, 15); // radii 1, 1, 2, 3, 4, 5
    const fake = column(15, 10, 6, 3);
    const kept = async (percentile: number) => {
      const scores = await realism({ real, fake }, { neighbors: 1, percentile, epsilon: 1e-9 });
      return [...scores].map((score) => score > 1e6);
    };
    expect(await kept(50)).toEqual([false, false, false, true]); // 2.5
    expect(await kept(60)).toEqual([false, false, true, true]); // 3
    expect(await kept(79.9)).toEqual([false, false, true, true]);
    expect(await kept(80)).toEqual([false, true, true, true]);
    expect(await kept(100)).toEqual([true, true, true, true]);
  });
});

describe('bad input', () => {
  beforeAll(() => useBackend('cpu'));
  const rows = (count: number, columns = 2) =>
    hostRows(new Float32Array(count * columns).fill(1), columns);
  const good = { real: rows(6), fake: rows(6) };
  const all = { precisionRecall, densityCoverage, realism } as unknown as Record<
    string,
    (features: unknown, options?: unknown) => Promise<unknown>
  >;

  it.each<[string, unknown, object, string]>([
    ['nothing', null, {}, '`features` must be an object with the keys real, fake'],
    ['one set', { real: rows(6) }, {}, '`fake` must be a tensor or { data, shape }'],
    ['other features', { real: rows(6), fake: rows(6, 3) }, {}, '`fake` must be of 2 features'],
    [
      'few samples',
      { real: rows(3), fake: rows(6) },
      { neighbors: 3 },
      '`real` must be of more than 3',
    ],
    ['no neighbour', good, { neighbors: 0 }, '`neighbors` must be an integer >= 1'],
    ['half a neighbour', good, { neighbors: 1.5 }, '`neighbors` must be an integer >= 1'],
    ['a batch', good, { batchSize: 0 }, '`batchSize` must be an integer >= 1'],
    ['an option', good, { k: 3 }, 'Received: "k"'],
    [
      'an infinity',
      { real: hostRows(Float32Array.of(1, 2, Infinity, 4), 1), fake: rows(4, 1) },
      {},
      '`real` must be finite in every row. Received: "Infinity in row 2"',
    ],
    [
      'what has no square',
      { real: rows(6, 1), fake: hostRows(new Float64Array(6).fill(1e200), 1) },
      {},
      '`fake` must be below 1e+150 in size. Received: "1e+200 in row 0"',
    ],
  ])('%s', async (_, features, options, message) => {
    for (const [name, metric] of Object.entries(all)) {
      const call = metric(features, options);
      await expect(call).rejects.toThrow(message);
      await expect(call).rejects.toThrow(new RegExp(`^${name}: `));
    }
  });

  it('what only one of them has', async () => {
    const few = { real: rows(6), fake: rows(3) };
    await expect(precisionRecall(few)).rejects.toThrow(/`fake` must be of more than 3 rows/);
    expect((await densityCoverage(few)).coverage).toBe(0);
    expect(await realism(few)).toHaveLength(3);
    for (const metric of [precisionRecall, densityCoverage])
      await expect(metric(good, { inside: '>' as '<' })).rejects.toThrow(/one of '<=', '<'/);
    await expect(realism(good, { percentile: 0 })).rejects.toThrow(/`percentile` must be .* > 0/);
    await expect(realism(good, { epsilon: 0 })).rejects.toThrow(/`epsilon` must be .* > 0/);
    await expect(realism(good, { squared: 2 as never })).rejects.toThrow(/`squared`/);
  });
});
