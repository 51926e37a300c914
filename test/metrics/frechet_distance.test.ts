import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { FeatureStatistics } from '../../src/metrics/gaussian/feature_statistics.js';
import type { GaussianStatistics } from '../../src/metrics/gaussian/feature_statistics.js';
import { frechetDistance } from '../../src/metrics/gaussian/frechet_distance.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { fc } from '../helpers/properties.js';

interface Case {
  name: string;
  a: { shape: [number, number]; data: number[] };
  b: { shape: [number, number]; data: number[] };
  trace: number;
  expected: number;
  sqrtm: number | null;
  eigvals: number | null;
}
const { frechet } = fixture<{ frechet: Case[] }>('metrics');

async function statisticsOf(data: ArrayLike<number>, shape: readonly number[]) {
  const statistics = new FeatureStatistics();
  await statistics.update({ data: Float64Array.from(data), shape });
  return statistics.value();
}

const traceOf = ({ mean, covariance }: GaussianStatistics) =>
  mean.reduce((total, _, i) => total + covariance[i * mean.length + i]!, 0);

describe.each(BACKENDS)('frechetDistance on %s', (name) => {
  beforeAll(() => useBackend(name));

  it.each(frechet)('equals the exact value: $name', async ({ a, b, trace, expected }) => {
    const [first, second] = [new FeatureStatistics(), new FeatureStatistics()];
    const [x, y] = [tensor2d(a.data, a.shape), tensor2d(b.data, b.shape)];
    await first.update(x);
    await second.update(y);
    const distance = await frechetDistance(first, second);
    expect(distance).toBeAllclose(expected, { rtol: 0, atol: 1e-13 * (trace + expected) });
    x.dispose();
    y.dispose();
  });
});

describe('frechetDistance', () => {
  it.each(frechet.filter(({ sqrtm }) => sqrtm !== null))(
    'equals scipy.linalg.sqrtm and eigvals as far as they go: $name',
    async ({ a, b, trace, sqrtm, eigvals }) => {
      const distance = await frechetDistance(
        await statisticsOf(a.data, a.shape),
        await statisticsOf(b.data, b.shape),
      );
      expect(distance).toBeAllclose(sqrtm!, { rtol: 0, atol: 1e-8 * trace });
      expect(distance).toBeAllclose(eigvals!, { rtol: 0, atol: 1e-8 * trace });
    },
  );

  it('knows the closed form of commuting covariances', async () => {
    const a = {
      mean: Float64Array.of(1, -2, 0),
      covariance: Float64Array.of(4, 0, 0, 0, 9, 0, 0, 0, 0),
    };
    const b = {
      mean: Float64Array.of(0, 0, 5),
      covariance: Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0, 16),
    };
    // 1 + 4 + 25, and (2 − 1)² + (3 − 0)² + (0 − 4)²
    expect(await frechetDistance(a, b)).toBeAllclose(56, { rtol: 1e-14 });
  });

  it('is the squared distance of the means without variance', async () => {
    const at = (...mean: number[]) => ({
      mean: Float64Array.from(mean),
      covariance: new Float64Array(mean.length ** 2),
    });
    expect(await frechetDistance(at(1, 2), at(4, 6))).toBe(25);
    expect(await frechetDistance(at(1, 2), at(1, 2))).toBe(0);
  });

  describe('as a metric', () => {
    const pair = fc.record({
      d: fc.integer({ min: 1, max: 7 }),
      n: fc.integer({ min: 2, max: 12 }),
      m: fc.integer({ min: 2, max: 12 }),
      seed: fc.nat(),
      scale: fc.constantFrom(1e-30, 1e-3, 1, 1e4, 1e30),
    });
    const draw = (stream: RandomStream, rows: number, d: number, scale: number) => {
      const shift = stream.normalValues(d);
      return Float64Array.from(
        stream.normalValues(rows * d),
        (value, at) => (value * 2 ** (at % d) + shift[at % d]!) * scale,
      );
    };
    /** x [rows, d] times a random orthogonal matrix: a product of d reflections. */
    const rotate = (x: Float64Array, d: number, stream: RandomStream) => {
      const y = x.slice();
      for (let k = 0; k < d; k++) {
        const v = stream.normalValues(d);
        const square = v.reduce((total, value) => total + value * value, 0);
        for (let row = 0; row < y.length; row += d) {
          let dot = 0;
          for (let j = 0; j < d; j++) dot += v[j]! * y[row + j]!;
          for (let j = 0; j < d; j++) y[row + j]! -= ((2 * dot) / square) * v[j]!;
        }
      }
      return y;
    };

    it('is symmetric, from 0 on, 0 to itself, and does not feel rotations', async () => {
      await fc.assert(
        fc.asyncProperty(pair, async ({ d, n, m, seed, scale }) => {
          const stream = new RandomStream(seed);
          const [x, y] = [draw(stream, n, d, scale), draw(stream, m, d, scale * 1.5)];
          const [a, b] = [await statisticsOf(x, [n, d]), await statisticsOf(y, [m, d])];
          const distance = await frechetDistance(a, b);
          const size = traceOf(a) + traceOf(b) + distance;
          expect(distance).toBeGreaterThanOrEqual(0);
          expect(await frechetDistance(b, a)).toBeAllclose(distance, { atol: 1e-12 * size });
          const self = await frechetDistance(a, a);
          expect(self).toBeGreaterThanOrEqual(0);
          expect(self).toBeAllclose(0, { atol: 1e-13 * traceOf(a) });
          const [turn, sameTurn] = [new RandomStream(seed + 1), new RandomStream(seed + 1)];
          const rotated = await frechetDistance(
            await statisticsOf(rotate(x, d, turn), [n, d]),
            await statisticsOf(rotate(y, d, sameTurn), [m, d]),
          );
          expect(rotated).toBeAllclose(distance, { rtol: 0, atol: 1e-9 * size });
        }),
        {
          numRuns: 60,
          // a singular covariance whose rounding leaves a pivot of more than n · 2⁻⁵² of it
          examples: [[{ d: 2, n: 3, m: 2, seed: 1743545789, scale: 1e30 }]],
        },
      );
    });

    it('grows with the square of a common scale', async () => {
      await fc.assert(
        fc.asyncProperty(pair, async ({ d, n, m, seed }) => {
          const stream = new RandomStream(seed);
          const [x, y] = [draw(stream, n, d, 1), draw(stream, m, d, 2)];
          const scaled = (data: Float64Array) => data.map((value) => value * 8);
          const one = await frechetDistance(
            await statisticsOf(x, [n, d]),
            await statisticsOf(y, [m, d]),
          );
          const eight = await frechetDistance(
            await statisticsOf(scaled(x), [n, d]),
            await statisticsOf(scaled(y), [m, d]),
          );
          expect(eight).toBeAllclose(64 * one, { rtol: 1e-14 }); // powers of two round alike
        }),
        { numRuns: 30 },
      );
    });
  });

  it('does 256 features, singular ones too, within seconds, and lets timers run', async () => {
    const d = 256;
    const make = async (rows: number, seed: number) =>
      statisticsOf(new RandomStream(seed).normalValues(rows * d), [rows, d]);
    const [a, b] = [await make(100, 1), await make(400, 2)];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const distance = await frechetDistance(a, b);
    const self = await frechetDistance(a, a);
    clearInterval(timer);
    expect(distance).toBeGreaterThan(1);
    expect(distance).toBeLessThan(traceOf(a) + traceOf(b));
    expect(self).toBeAllclose(0, { atol: 1e-12 * traceOf(a) });
    expect(ticks).toBeGreaterThan(0);
  }, 20_000);

  it('takes features of any size beside each other', async () => {
    const x = [1, 3e-170, 2, -5e-170, 4, 1e-170];
    const y = [1, 2, 2, 2, 5, 2];
    const a = await statisticsOf(x, [3, 2]);
    const b = await statisticsOf(y, [3, 2]);
    const [varA, varB] = [a.covariance[0]!, b.covariance[0]!];
    const expected = (7 / 3 - 8 / 3) ** 2 + 4 + (Math.sqrt(varA) - Math.sqrt(varB)) ** 2;
    expect(await frechetDistance(a, b)).toBeAllclose(expected, { rtol: 1e-14 });
  });

  it('takes covariances that were computed in float32', async () => {
    const { a, b } = frechet[1]!;
    const round = ({ mean, covariance }: GaussianStatistics) => ({
      mean,
      covariance: covariance.map(Math.fround),
    });
    const [first, second] = [
      await statisticsOf(a.data, a.shape),
      await statisticsOf(b.data, b.shape),
    ];
    const exact = await frechetDistance(first, second);
    const rounded = await frechetDistance(round(first), round(second));
    expect(rounded).toBeAllclose(exact, { rtol: 1e-3 });
  });
});

describe('bad input', () => {
  const good = { mean: Float64Array.of(0, 0), covariance: Float64Array.of(2, 1, 1, 3) };
  const of = (...covariance: number[]) => ({
    mean: new Float64Array(Math.sqrt(covariance.length)),
    covariance: Float64Array.from(covariance),
  });

  it.each([
    ['nothing', undefined, /frechetDistance: `b` must be a FeatureStatistics or \{ mean, cov/],
    ['lists', { mean: [0, 0], covariance: [1, 0, 0, 1] }, /`b` must be a FeatureStatistics/],
    ['too few samples', new FeatureStatistics(), /`count` must be at least 2/],
    [
      'sizes',
      { mean: good.mean, covariance: Float64Array.of(1) },
      /`b\.covariance` must be the sq/,
    ],
    ['no features', of(), /a mean of at least one value/],
    ['another length', of(1), /`b` must be of 2 features, as `a`\. Received: 1/],
    ['NaN', of(1, NaN, NaN, 1), /`b` must be finite and below 1e\+150/],
    ['overflow', of(1e200, 0, 0, 1), /`b` must be finite/],
    [
      'not symmetric',
      of(2, 1, 0.5, 2),
      /positive semi-definite\. Received: "0\.5 and 1 at \(1, 0\)"/,
    ],
    ['a negative variance', of(1, 0, 0, -1), /`b\.covariance` must be symmetric positive/],
    ['a correlation above 1', of(0, 1, 1, 0), /`b\.covariance` must be symmetric positive/],
    [
      'a negative eigenvalue',
      of(1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1),
      /`b\.covariance` must be .* left on its diagonal/,
    ],
  ])('%s', async (name, b, message) => {
    const a = name === 'a negative eigenvalue' ? of(1, 0, 0, 0, 1, 0, 0, 0, 1) : good;
    await expect(frechetDistance(a, b as GaussianStatistics)).rejects.toThrow(message);
  });
});
