import { memory, softmax, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { inceptionScore } from '../../src/metrics/classifier/inception_score.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { fc } from '../helpers/properties.js';
import { asRows } from '../helpers/rows.js';
import type { StoredRows } from '../helpers/rows.js';

interface Case {
  shape: [number, number];
  splits: number;
  logits: number[];
  expected: { mean: number; std: number };
}
const { inception } = fixture<{ inception: Case[] }>('metrics');

interface ShuffledCase {
  readonly logits: StoredRows;
  readonly splits: number;
  readonly ddof: 0 | 1;
  readonly permutation: number[];
  readonly mean: number;
  readonly std: number;
}
const shuffled = fixture<{ inception: ShuffledCase[] }>('features').inception;

/** Softmax in float64. */
function probabilities(logits: ArrayLike<number>, [rows, columns]: [number, number]) {
  const p = Float64Array.from(logits, Math.exp);
  for (let row = 0; row < rows; row++) {
    const part = p.subarray(row * columns, (row + 1) * columns);
    const total = part.reduce((a, b) => a + b);
    part.forEach((value, k) => (part[k] = value / total));
  }
  return p;
}

const oneHot = (classes: number, labels: number[]) => ({
  data: Float32Array.from({ length: labels.length * classes }, (_, at) =>
    Number(labels[Math.floor(at / classes)] === at % classes),
  ),
  shape: [labels.length, classes],
});

describe.each(BACKENDS)('inceptionScore on %s', (name) => {
  beforeAll(() => useBackend(name));

  it.each(inception)('equals numpy: $shape in $splits splits', async (example) => {
    const { shape, splits, logits, expected } = example;
    const x = tensor2d(logits, shape);
    const score = await inceptionScore(x, { from: 'logits', splits });
    expect(score.mean).toBeAllclose(expected.mean, { rtol: 1e-13 });
    expect(score.std).toBeAllclose(expected.std, { rtol: 1e-11, atol: 1e-14 * expected.mean });
    expect(x.isDisposed).toBe(false);
    x.dispose();
  });

  it.each(inception)('the same from probabilities: $shape', async (example) => {
    const { shape, splits, logits, expected } = example;
    const data = probabilities(logits, shape);
    const score = await inceptionScore({ data, shape }, { from: 'probabilities', splits });
    expect(score.mean).toBeAllclose(expected.mean, { rtol: 1e-12 });
    const logitsTensor = tensor2d(logits, shape);
    const p = softmax(logitsTensor);
    const single = await inceptionScore(p, { from: 'probabilities', splits });
    expect(single.mean).toBeAllclose(expected.mean, { rtol: 1e-5 });
    logitsTensor.dispose();
    p.dispose();
  });

  it('leaves no tensors', async () => {
    const x = tensor2d([1, 2, 3, 4, 5, 7], [3, 2]);
    await expectNoLeak(() => inceptionScore(x, { splits: 2 }));
    expect(memory().numTensors).toBeGreaterThan(0);
    x.dispose();
  });
});

describe('inceptionScore', () => {
  it('is the number of classes for certain and balanced answers', async () => {
    const labels = Array.from({ length: 40 }, (_, i) => i % 8);
    const score = await inceptionScore(oneHot(8, labels), { from: 'probabilities', splits: 5 });
    expect(score.mean).toBeAllclose(8, { rtol: 1e-14 });
    expect(score.std).toBeAllclose(0, { atol: 1e-13 });
  });

  it('is 1 where every answer is the same', async () => {
    const data = Float32Array.from({ length: 60 }, (_, i) => i % 3);
    const score = await inceptionScore({ data, shape: [20, 3] });
    expect(score.mean).toBeAllclose(1, { rtol: 1e-14 });
  });

  it('has 10 splits of logits by default', async () => {
    const { shape, logits } = inception[1]!;
    const x = { data: Float64Array.from(logits), shape };
    expect(await inceptionScore(x)).toEqual(
      await inceptionScore(x, { from: 'logits', splits: 10 }),
    );
    expect(await inceptionScore(x)).not.toEqual(await inceptionScore(x, { splits: 9 }));
  });

  it('does not change with a constant added to a row, however large', async () => {
    const { shape, logits, splits, expected } = inception[0]!;
    const moved = Float64Array.from(
      logits,
      (value, at) => value + 1024 * (1 + (Math.floor(at / shape[1]) % 5)),
    );
    const score = await inceptionScore({ data: moved, shape }, { splits });
    expect(score.mean).toBeAllclose(expected.mean, { rtol: 1e-10 });
  });

  it.each(shuffled)(
    'is torch-fidelity’s and torchmetrics’, given their order: ddof $ddof in $splits splits',
    async ({ logits, splits, ddof, permutation, mean, std }) => {
      const options = { splits, ddof, permutation: Int32Array.from(permutation) };
      const score = await inceptionScore(asRows(logits), options);
      expect([score.mean, score.std]).toBeAllclose([mean, std], { rtol: 0, atol: 1e-9 });
    },
  );

  it('takes the samples in the order of a permutation, or of a seed', async () => {
    const { shape, logits } = inception[1]!;
    const [rows, classes] = shape;
    const x = { data: Float64Array.from(logits), shape };
    const order = Int32Array.from({ length: rows }, (_, i) => (i * 11 + 5) % rows);
    const moved = x.data.map(
      (_, at) => x.data[order[Math.floor(at / classes)]! * classes + (at % classes)]!,
    );
    const given = await inceptionScore({ data: moved, shape });
    expect(await inceptionScore(x, { permutation: order })).toEqual(given);
    expect(given).not.toEqual(await inceptionScore(x));
    const seeded = await inceptionScore(x, { seed: 0 });
    expect(seeded).toEqual(await inceptionScore(x, { seed: 0 }));
    expect(seeded).not.toEqual(await inceptionScore(x));
    expect(seeded).not.toEqual(await inceptionScore(x, { seed: 1 }));
    const whole = await inceptionScore(x, { seed: 1, splits: 1 });
    expect(whole.mean).toBeAllclose((await inceptionScore(x, { splits: 1 })).mean, { rtol: 1e-13 });
  });

  it('divides the deviation by the splits, or one less', async () => {
    const { shape, logits, splits } = inception[0]!;
    const x = { data: Float64Array.from(logits), shape };
    const [population, sample] = [
      await inceptionScore(x, { splits }),
      await inceptionScore(x, { splits, ddof: 1 }),
    ];
    expect(sample.mean).toBe(population.mean);
    expect(sample.std).toBeAllclose(population.std * Math.sqrt(splits / (splits - 1)), {
      rtol: 1e-12,
    });
  });

  it('lies within [1, classes] and does not depend on the order within a split', async () => {
    const matrix = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 12 }));
    const example = matrix.chain(([classes, rows]) =>
      fc.record({
        rows: fc.array(
          fc.array(fc.double({ min: -50, max: 50, noNaN: true }), {
            minLength: classes,
            maxLength: classes,
          }),
          { minLength: rows, maxLength: rows },
        ),
        order: fc.shuffledSubarray([...Array(rows).keys()], { minLength: rows }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(example, async ({ rows, order }) => {
        const classes = rows[0]!.length;
        const input = (list: number[][]) => ({
          data: Float64Array.from(list.flat()),
          shape: [list.length, classes],
        });
        const { mean } = await inceptionScore(input(rows), { splits: 1 });
        expect(mean).toBeGreaterThanOrEqual(1 - 1e-12);
        expect(mean).toBeLessThanOrEqual(classes * (1 + 1e-12));
        const shuffled = await inceptionScore(input(order.map((i) => rows[i]!)), { splits: 1 });
        expect(shuffled.mean).toBeAllclose(mean, { rtol: 1e-12 });
        const both = [...rows, ...rows];
        const reordered = [...rows, ...order.map((i) => rows[i]!)];
        const inTwo = await inceptionScore(input(both), { splits: 2 });
        expect(inTwo.mean).toBeAllclose(mean, { rtol: 1e-12 });
        expect((await inceptionScore(input(reordered), { splits: 2 })).mean).toBeAllclose(mean, {
          rtol: 1e-12,
        });
      }),
    );
  });
});

describe('bad input', () => {
  const good = { data: new Float32Array(20).fill(0.5), shape: [10, 2] };
  const bad = (x: unknown, options?: unknown) =>
    inceptionScore(x as typeof good, options as { splits: number });

  it.each([
    ['nothing', undefined, undefined, /inceptionScore: `x` must be a tensor or \{ data, shape \}/],
    ['rank', { data: new Float32Array(8), shape: [2, 2, 2] }, undefined, /`x\.shape`/],
    ['splits of 0', good, { splits: 0 }, /`splits` must be an integer >= 1\. Received: 0/],
    ['more splits than samples', good, { splits: 11 }, /at most the number of samples, 10/],
    ['ddof', good, { ddof: 2 }, /`ddof` must be 0 or 1\. Received: 2/],
    [
      'one split with ddof 1',
      good,
      { splits: 1, ddof: 1 },
      /`splits` must be at least 2 with `ddof` 1\. Received: 1\.\n/,
    ],
    ['a seed', good, { seed: -1 }, /inceptionScore: `seed` must be an integer >= 0/],
    [
      'a short permutation',
      good,
      { permutation: Int32Array.of(0, 1) },
      /`permutation` must be an Int32Array of 0 … 9, each once/,
    ],
    [
      'a sample twice',
      good,
      { permutation: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 8) },
      /each once/,
    ],
    [
      'a sample too far',
      good,
      { permutation: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 10) },
      /each once/,
    ],
    ['a list', good, { permutation: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }, /an Int32Array/],
    [
      'a seed and a permutation',
      good,
      { seed: 1, permutation: Int32Array.of(0) },
      /with either `seed` or `permutation`/,
    ],
    ['from', good, { from: 'scores' }, /`from` must be one of 'logits', 'probabilities'/],
    [
      'another option',
      good,
      { split: 3 },
      /keys from, splits, ddof, seed, permutation\. Received: "split"/,
    ],
    [
      'logits as probabilities',
      { data: Float32Array.of(0.5, 0.5, 3, -2), shape: [2, 2] },
      { from: 'probabilities', splits: 1 },
      /sum to 1\. Received: "row 1 of sum 1 and minimum -2"\.\n.*from: 'logits'/,
    ],
    [
      'a sum that is not 1',
      { data: Float32Array.of(0.5, 0.5, 0.5, 0.6), shape: [2, 2] },
      { from: 'probabilities', splits: 1 },
      /row 1 of sum 1\.1/,
    ],
    [
      'NaN',
      { data: Float32Array.of(1, 2, 3, NaN), shape: [2, 2] },
      { splits: 1 },
      /`x` must be finite in every row\. Received: "NaN in row 1"/,
    ],
  ])('%s', async (_, x, options, message) => {
    await expect(bad(x, options)).rejects.toThrow(message);
  });
});
