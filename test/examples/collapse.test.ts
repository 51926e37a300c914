import { matMul, memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { coverage, RING } from '../../examples/collapse/coverage.js';
import { boosted, lengthOf, METHODS, NAMES, unrolled } from '../../examples/collapse/methods.js';
import type { Method } from '../../examples/collapse/methods.js';
import { orthogonal } from '../../examples/collapse/networks.js';
import { train } from '../../examples/collapse/run.js';
import type { Result } from '../../examples/collapse/run.js';
import { collapseTable, courses, picture, verdict } from '../../examples/collapse/table.js';
import { drawPoints } from '../../examples/gaussians/mixtures.js';
import { useBackend } from '../helpers/backends.js';

beforeAll(() => useBackend('wasm'));

describe('coverage', () => {
  it('is complete for the data themselves', async () => {
    const found = await coverage(await drawPoints(RING, 2000, 1), RING);
    expect(found).toMatchObject({ covered: 8, modes: 8, largestShare: 1 / 8 });
    expect(found.highQuality).toBeCloseTo(1 - Math.exp(-4.5), 2);
  });

  it('counts modes with 1 % of the samples within 0.5, and all samples in the shares', async () => {
    // 2 of 300 within 0.5 of the second mode, 3 of the third, and 20 far out beside the fifth
    const at = (mode: number, factor: number, times: number) =>
      new Array<number[]>(times).fill(RING.means[mode]!.map((one) => factor * one)).flat();
    const samples = Float32Array.from([
      ...at(0, 1.24, 275),
      ...at(1, 1, 2),
      ...at(2, 0.76, 3),
      ...at(4, 2, 20),
    ]);
    const found = await coverage(samples, RING);
    expect(found).toMatchObject({ covered: 2, modes: 1, largestShare: 275 / 300 });
    expect(found.highQuality).toBeCloseTo(2 / 300, 12);
    const lost = await coverage(Float32Array.from([NaN, 0]), RING);
    expect(lost).toMatchObject({ covered: 0, modes: 0, largestShare: 0, highQuality: 0 });
  });
});

it.each([
  [5, 3],
  [3, 5],
  [4, 4],
])('a kernel of %i × %i is orthogonal with gain 1.4', (rows, columns) => {
  const kernel = orthogonal(rows, columns, 7);
  const gram = matMul(kernel, kernel, rows > columns, rows <= columns);
  const size = Math.min(rows, columns);
  const unit = Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1.96 : 0));
  expect([...gram.dataSync()]).toBeAllclose(unit, { atol: 1e-5 });
  expect([...orthogonal(rows, columns, 8).dataSync()]).not.toEqual([...kernel.dataSync()]);
});

describe('a run', () => {
  // not those that differ from another in a number only, and AdaGAN of 8, which has 24 networks
  const different = NAMES.filter(
    (name) =>
      !['unrolled-10', 'unrolled-5-at-once', 'packing-4', 'averaging-0.001', 'adagan'].includes(
        name,
      ),
  );
  it.each(different)('of %s trains, and leaves no tensors', async (method) => {
    let now = 0;
    const tensors = memory().numTensors;
    const run = await train({ method, seed: 4, steps: 1 }, () => now++);
    const { samples, seconds, gap } = run;
    expect(Number.isFinite(gap ?? 0)).toBe(true);
    expect(gap === undefined).toBe(method.startsWith('packing'));
    expect(memory().numTensors).toBe(tensors);
    expect(seconds).toBe(1);
    expect(samples).toHaveLength(5000);
    expect(samples.every(Number.isFinite)).toBe(true);
  });

  it('of AdaGAN makes its components, and leaves no tensors', async () => {
    const tensors = memory().numTensors;
    const method = boosted(2);
    const points = await drawPoints(RING, 8000, 0);
    const learner = method.build({ points, seed: 3, steps: 5 });
    const components = [];
    expect(lengthOf(method, 5)).toBe(5);
    for (let i = 0; i < 5; i++) {
      await learner.step();
      components.push(learner.components);
    }
    expect(components).toEqual([0, 1, 1, 1, 2]);
    const made = learner.sample(20);
    learner.dispose();
    expect([...(await made.data())].every(Number.isFinite)).toBe(true);
    made.dispose();
    expect(memory().numTensors).toBe(tensors);
  });

  it('is a pure function of its setting', async () => {
    // the one with a layer whose own first kernel has no seed
    const setting = { method: 'minibatch', seed: 4, steps: 1 } as const;
    const first = await train(setting, () => 0);
    expect(await train(setting, () => 0)).toEqual(first);
    const other = await train({ ...setting, seed: 5 }, () => 0);
    expect(other.samples).not.toEqual(first.samples);
  });

  it('without a remedy is an unrolled one of k = 0, to the bit, and one of k = 5 is not', async () => {
    const points = await drawPoints(RING, 1280, 0);
    const samplesOf = async (method: Method) => {
      const learner = method.build({ points, seed: 3, steps: 3 });
      for (let i = 0; i < 3; i++) await learner.step();
      const made = learner.sample(20);
      learner.dispose();
      return [...(await made.data())];
    };
    const plain = await samplesOf(METHODS.plain);
    expect(await samplesOf(unrolled(0, 1))).toEqual(plain);
    expect(await samplesOf(METHODS['unrolled-5'])).not.toEqual(plain);
  });
});

describe('the comparison', () => {
  const result = (method: Result['method'], seed: number, covered: number): Result => ({
    ...{ method, seed, steps: 9, covered, largestShare: 0.5, modes: covered - 1 },
    ...{ highQuality: 0.25, reverseKL: covered === 1 ? Infinity : 0.75, seconds: 3 },
    samples: [seed, 0],
  });
  const plain = [1, 3, 2, 3, 4].map((covered, seed) => result('plain', seed, covered));
  const five = [8, 8, 8, 7, 8].map((covered, seed) => result('unrolled-5', seed, covered));

  it('has a row for each method', () => {
    const { columns, rows } = collapseTable([...plain, ...five], 9);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toHaveLength(columns.length);
    expect(rows[0]!.slice(0, 4)).toEqual(['plain, k = 0', '5', '2.6 ± 1.1 of 8', '1 3 2 3 4']);
    expect(rows[0]!.slice(5)).toEqual(['1.6 ± 1.1', '25.0 ± 0.0 %', '0.75 ± 0.00', '–', '3 ± 0']);
    expect(collapseTable([result('plain', 0, 1)], 9).rows[0]![7]).toBe('–');
  });

  it('holds if each claim does for four of five seeds', () => {
    expect(verdict([...plain, ...five])).toBe(
      'verdict, in turn: k = 0 leaves at most 3 modes for 4 of 5 seeds; k = 5 finds 8 of 8 for 4 of 5 seeds: holds',
    );
    const worse = five.map((one) => ({ ...one, covered: Math.min(7, one.covered) }));
    expect(verdict([...plain, ...worse])).toMatch(/k = 5 .* for 0 of 5 seeds: does not hold$/);
    expect(verdict([result('unrolled-10', 0, 8)])).toMatch(/1 of 1 seeds: holds$/);
    const atOnce = plain.map((one) => ({ ...one, method: 'at-once' as const }));
    expect(verdict([...plain, ...atOnce]).split('\n')[1]).toBe(
      'verdict, both at once: k = 0 leaves at most 3 modes for 4 of 5 seeds: holds',
    );
    expect(verdict([])).toContain('none');
  });

  it('tells the course of mixtures', () => {
    const mixture = { ...result('adagan', 2, 8), course: [1, 8] };
    expect(courses([...plain, mixture])).toEqual(['AdaGAN of 8, seed 2, modes after each: 1 8']);
    expect(lengthOf(METHODS.adagan, 2500)).toBe(8 * 1000 + 7 * 400);
  });

  it('is drawn in a panel for each method, five in a row', () => {
    const { width, height } = picture([...plain, ...five]);
    expect([width, height]).toEqual([2 * 248 - 8, 240]);
    expect(picture(NAMES.map((name) => result(name, 0, 8))).height).toBe(3 * 248 - 8);
  });
});
