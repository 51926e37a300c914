import { beforeAll, describe, expect, it } from 'vitest';
import { isGanKitError } from '../../src/errors.js';
import { RandomStream } from '../../src/internal/random.js';
import { inceptionScore } from '../../src/metrics/classifier/inception_score.js';
import { modeCoverage } from '../../src/metrics/classifier/mode_coverage.js';
import type { FeatureSets } from '../../src/metrics/feature_sets.js';
import { FeatureStatistics } from '../../src/metrics/gaussian/feature_statistics.js';
import { frechetDistance } from '../../src/metrics/gaussian/frechet_distance.js';
import { kernelDistance } from '../../src/metrics/kernel/kernel_distance.js';
import { densityCoverage } from '../../src/metrics/neighbors/density_coverage.js';
import { precisionRecall } from '../../src/metrics/neighbors/precision_recall.js';
import { realism } from '../../src/metrics/neighbors/realism.js';
import { precisionRecallCurve } from '../../src/metrics/prd/precision_recall_curve.js';
import { precisionRecallDistribution } from '../../src/metrics/prd/precision_recall_distribution.js';
import { useBackend } from '../helpers/backends.js';
import { fc } from '../helpers/properties.js';
import { hostRows } from '../helpers/rows.js';

/** Rows of some length, whose sums and squares are exact. */
const matrix = (columns: number) =>
  fc.array(fc.array(fc.integer({ min: -6, max: 6 }), { minLength: columns, maxLength: columns }), {
    minLength: 5,
    maxLength: 12,
  });
const pair = fc
  .integer({ min: 1, max: 4 })
  .chain((columns) => fc.record({ real: matrix(columns), fake: matrix(columns) }));
const inside = fc.constantFrom('<=' as const, '<' as const);
const neighbors = fc.integer({ min: 1, max: 4 });
const kernel = fc.constantFrom('polynomial' as const, 'rbf' as const);
const counts = fc
  .array(fc.nat(20), { minLength: 1, maxLength: 8 })
  .filter((list) => list.some((n) => n > 0));

const host = (rows: number[][]) => hostRows(Float64Array.from(rows.flat()), rows[0]!.length);
const sets = ({ real, fake }: { real: number[][]; fake: number[][] }) => ({
  real: host(real),
  fake: host(fake),
});
const mapped = (rows: number[][], f: (x: number) => number) => rows.map((row) => row.map(f));
const shuffled = <T>(rows: readonly T[], seed: number) =>
  [...new RandomStream(seed).permutation(rows.length)].map((row) => rows[row]!);
const first = (rows: unknown[]) => Int32Array.from(rows.keys());
/** One subset each, of as many real as fake rows. */
const wholes = ({ real, fake }: { real: unknown[]; fake: unknown[] }) => {
  const size = Math.min(real.length, fake.length);
  return { real: [first(real).slice(0, size)], fake: [first(fake).slice(0, size)] };
};
const neighborMetrics = async (features: FeatureSets, options: object) => ({
  ...(await precisionRecall(features, options)),
  ...(await densityCoverage(features, options)),
});
const check = <T>(property: fc.IAsyncProperty<T>, numRuns = 40) =>
  fc.assert(property, { seed: 7, numRuns });

beforeAll(() => useBackend('cpu'));

describe('precision, recall, density, coverage, realism', () => {
  it('lie within their bounds, and are exchanged with the sets', () =>
    check(
      fc.asyncProperty(pair, inside, neighbors, async (two, inside, neighbors) => {
        const options = { inside, neighbors };
        const found = await neighborMetrics(sets(two), options);
        for (const share of [found.precision, found.recall, found.f1, found.coverage]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        expect(found.density).toBeGreaterThanOrEqual(0);
        expect(found.density).toBeLessThanOrEqual(two.real.length / neighbors);
        expect(found.density > 0).toBe(found.precision > 0);
        const { precision, recall, f1 } = await precisionRecall(
          sets({ real: two.fake, fake: two.real }),
          options,
        );
        expect([recall, precision, f1]).toEqual([found.precision, found.recall, found.f1]);
      }),
    ));

  it('do not change with the order, a shift or a scale', () =>
    check(
      fc.asyncProperty(pair, inside, neighbors, async (two, inside, neighbors) => {
        const options = { inside, neighbors };
        const found = await neighborMetrics(sets(two), options);
        const move = (rows: number[][], seed: number) =>
          mapped(shuffled(rows, seed), (x) => 4 * x - 1000);
        const moved = sets({ real: move(two.real, 1), fake: move(two.fake, 2) });
        expect(await neighborMetrics(moved, options)).toEqual(found);

        const scores = await realism(sets(two), { neighbors });
        const scaled = await realism(moved, { neighbors, epsilon: 4e-5 });
        expect(scaled).toBeAllclose(shuffled([...scores], 2), { rtol: 1e-12 });
      }),
    ));

  it('of a set with itself: all of it, where surfaces are inside', () =>
    check(
      fc.asyncProperty(pair, neighbors, async ({ real }, neighbors) => {
        const same = sets({ real, fake: real });
        const { precision, recall, f1, density, coverage } = await neighborMetrics(same, {
          neighbors,
          inside: '<=',
        });
        expect([precision, recall, f1, coverage]).toEqual([1, 1, 1, 1]);
        expect(density).toBeGreaterThanOrEqual(1); // each ball holds its centre and k others
      }),
    ));

  it('count fakes twice as they count them once', () =>
    check(
      fc.asyncProperty(pair, inside, async (two, inside) => {
        const options = { inside, neighbors: 2 };
        const twice = sets({ real: two.real, fake: [...two.fake, ...two.fake] });
        const once = await precisionRecall(sets(two), options);
        expect((await precisionRecall(twice, options)).precision).toBe(once.precision);
        expect(await densityCoverage(twice, options)).toEqual(
          await densityCoverage(sets(two), options),
        );
      }),
    ));
});

describe('kernelDistance', () => {
  it('is symmetric, and does not depend on the order', () =>
    check(
      fc.asyncProperty(pair, kernel, async (two, kernel) => {
        const options = { kernel, indices: wholes(two) };
        const { mean } = await kernelDistance(sets(two), options);
        const size = options.indices.real[0]!.length;
        const bound = { rtol: 1e-12, atol: kernel === 'rbf' ? 1e-13 : 1e-9 };
        const exchanged = await kernelDistance(sets({ real: two.fake, fake: two.real }), {
          kernel,
          indices: { real: options.indices.fake, fake: options.indices.real },
        });
        expect(exchanged.mean).toBeAllclose(mean, bound);
        const order = new RandomStream(3).permutation(size);
        const reordered = await kernelDistance(sets(two), {
          kernel,
          indices: { real: [order], fake: options.indices.fake },
        });
        expect(reordered.mean).toBeAllclose(mean, bound);
      }),
    ));

  it('of a subset with itself is 0 if biased, at most 0 if not; biased it is never below 0', () =>
    check(
      fc.asyncProperty(pair, kernel, async (two, kernel) => {
        const rows = first(two.real);
        const same = sets({ real: two.real, fake: two.real });
        const indices = { real: [rows], fake: [rows] };
        const atol = 1e-9; // kernels of these features reach 10⁶
        const biased = await kernelDistance(same, { kernel, indices, estimator: 'biased' });
        expect(biased.mean).toBeAllclose(0, { atol });
        const unbiased = await kernelDistance(same, { kernel, indices });
        expect(unbiased.mean).toBeLessThanOrEqual(atol);
        const other = await kernelDistance(sets(two), {
          kernel,
          indices: wholes(two),
          estimator: 'biased',
        });
        expect(other.mean).toBeGreaterThanOrEqual(-atol);
      }),
    ));

  it('takes a scale of the features from γ or σ', () =>
    check(
      fc.asyncProperty(pair, async (two) => {
        const indices = wholes(two);
        const large = sets({
          real: mapped(two.real, (x) => 8 * x),
          fake: mapped(two.fake, (x) => 8 * x),
        });
        const polynomial = (gamma: number) => ({ gamma, indices });
        expect(await kernelDistance(large, polynomial(1 / 128))).toEqual(
          await kernelDistance(sets(two), polynomial(1 / 2)),
        );
        const rbf = (sigma: number) => ({ kernel: 'rbf' as const, sigma, indices });
        expect((await kernelDistance(large, rbf(16))).mean).toBeAllclose(
          (await kernelDistance(sets(two), rbf(2))).mean,
          { rtol: 1e-12, atol: 1e-13 },
        );
      }),
    ));
});

describe('precisionRecallCurve', () => {
  it('lies within [0, 1], rises, and is mirrored where the distributions are exchanged', () =>
    check(
      fc.asyncProperty(counts, fc.integer(), async (real, seed) => {
        const fake = shuffled(real, Math.abs(seed));
        const found = precisionRecallCurve({ real, fake }, { angles: 31 });
        const other = precisionRecallCurve({ real: fake, fake: real }, { angles: 31 });
        expect([...found.precision].reverse()).toBeAllclose(other.recall, { rtol: 1e-9 });
        expect([...found.recall].reverse()).toBeAllclose(other.precision, { rtol: 1e-9 });
        expect([found.fBeta, found.fInverseBeta]).toBeAllclose([other.fInverseBeta, other.fBeta], {
          rtol: 1e-9,
        });
        found.precision.forEach((precision, i) => {
          expect(Math.min(precision, found.recall[i]!)).toBeGreaterThanOrEqual(0);
          expect(Math.max(precision, found.recall[i]!)).toBeLessThanOrEqual(1);
          if (i === 0) return;
          expect(precision).toBeGreaterThanOrEqual(found.precision[i - 1]! - 1e-15);
          expect(found.recall[i]!).toBeLessThanOrEqual(found.recall[i - 1]! + 1e-15);
        });
      }),
    ));

  it('is perfect where, and only where, the distributions are equal', () =>
    check(
      fc.asyncProperty(counts, async (real) => {
        const fake = real.map((count) => 3 * count);
        const same = precisionRecallCurve({ real, fake });
        expect([same.fBeta, same.fInverseBeta]).toBeAllclose([1, 1], { rtol: 1e-9 });
        const more = precisionRecallCurve({ real: [...real, 0], fake: [...real, 5] });
        expect(Math.max(more.fBeta, more.fInverseBeta)).toBeLessThan(0.9999);
      }),
    ));
});

describe('modeCoverage', () => {
  it('does not change with the order of modes and samples, nor with repetition', () =>
    check(
      fc.asyncProperty(counts, async (list) => {
        const modes = list.length;
        const labels = list.flatMap((count, mode) => Array<number>(count).fill(mode));
        const found = await modeCoverage({ modes, predictions: Int32Array.from(labels) });
        expect(found.reverseKL).toBeGreaterThanOrEqual(0);
        expect(found.reverseKL).toBeLessThanOrEqual(Math.log(modes) + 1e-12);
        expect(found.modes).toBe(new Set(labels).size);
        const names = new RandomStream(1).permutation(modes);
        const renamed = shuffled([...labels, ...labels], 2).map((mode) => names[mode]!);
        const other = await modeCoverage({ modes, predictions: Int32Array.from(renamed) });
        expect([other.modes, other.coverage]).toEqual([found.modes, found.coverage]);
        expect(other.reverseKL).toBeAllclose(found.reverseKL, { rtol: 1e-12, atol: 1e-14 });
      }),
    ));
});

describe('any input', () => {
  const value = fc.oneof(
    fc.double(),
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.constantFrom(0, 1, -1, NaN, Infinity, 1e-320, 1e30, 1e149, -1e149),
  );
  const wild = fc.integer({ min: 1, max: 3 }).chain((columns) => {
    const rows = fc.array(fc.array(value, { minLength: columns, maxLength: columns }), {
      minLength: 2,
      maxLength: 6,
    });
    // mostly of one kind, so that not every set holds a NaN
    const calm = rows.map((list) =>
      list.map((row) => row.map((x) => (Number.isFinite(x) ? x : 1))),
    );
    return fc.record({ real: fc.oneof(calm, rows), fake: fc.oneof(calm, calm, rows) });
  });
  const numbers = (result: unknown): number[] =>
    typeof result === 'number'
      ? [result]
      : ArrayBuffer.isView(result)
        ? [...(result as Float64Array)]
        : Object.values(result as object).flatMap(numbers);

  const statistics = async (features: FeatureSets) => {
    const [real, fake] = [new FeatureStatistics(), new FeatureStatistics()];
    await real.update(features.real);
    await fake.update(features.fake);
    return frechetDistance(real, fake);
  };
  const metrics: Record<string, (features: FeatureSets) => Promise<unknown>> = {
    precisionRecall: (features) => precisionRecall(features, { neighbors: 1 }),
    densityCoverage: (features) => densityCoverage(features, { neighbors: 1 }),
    realism: (features) => realism(features, { neighbors: 1 }),
    'polynomial kernelDistance': (features) =>
      kernelDistance(features, { subsets: 3, subsetSize: 2 }),
    'rbf kernelDistance': (features) =>
      kernelDistance(features, { kernel: 'rbf', subsets: 3, subsetSize: 2 }),
    precisionRecallDistribution: (features) =>
      precisionRecallDistribution(features, { clusters: 2, runs: 2, angles: 5, balanced: false }),
    frechetDistance: statistics,
    inceptionScore: ({ real }) => inceptionScore(real, { splits: 2, ddof: 1 }),
  };

  it.each(Object.keys(metrics))('%s gives finite numbers or says what is wrong', async (name) => {
    let answers = 0;
    let refusals = 0;
    await check(
      fc.asyncProperty(wild, async (two) => {
        const list = await metrics[name]!(sets(two)).then(numbers, (error: unknown) => error);
        if (!Array.isArray(list)) {
          expect(isGanKitError(list)).toBe(true);
          refusals++;
          return;
        }
        answers++;
        for (const number of list as number[]) expect(number).toSatisfy(Number.isFinite);
      }),
      120,
    );
    expect(Math.min(answers, refusals)).toBeGreaterThan(5);
  });

  it.each([NaN, Infinity, -Infinity])('the row of a %d is named', async (bad) => {
    const good = hostRows(new Float32Array(8).fill(1), 2);
    const other = hostRows(Float32Array.of(1, 2, 3, 4, 5, bad, 7, 8), 2);
    for (const [name, metric] of Object.entries(metrics)) {
      const named = new RegExp(`must be finite in every row. Received: "${bad} in row 2"`);
      await expect(metric({ real: other, fake: good }), name).rejects.toThrow(named);
    }
  });
});
