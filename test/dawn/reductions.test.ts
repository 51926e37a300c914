import {
  mean as meanOf,
  memory,
  sum as sumOf,
  tensor,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { useBackend } from '../helpers/backends.js';
import { kernelsOf } from '../training/optimizer_runs.js';

/** Uniform over [0.5, 1.5). */
function positive(shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return new RandomStream(5).fork(shape.join()).uniformValues(size, 0.5, 1.5);
}

/** Sums in float64. */
function sumsOf(values: Float32Array, shape: readonly number[], axes: readonly number[]) {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const sums = new Float64Array(kept.reduce((product, axis) => product * axis, 1));
  values.forEach((value, i) => {
    let [rest, at, stride] = [i, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (kept[axis]! > 1) at += (rest % shape[axis]!) * stride;
      stride *= kept[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    sums[at]! += value;
  });
  return sums;
}

const CASES: [shape: number[], axes: number[]][] = [
  [[], []],
  [[1], [0]],
  [[5], []],
  [[5, 3], [0]],
  [[5, 3], [1]],
  [[5, 1, 3], [1]],
  [[300, 70], [0]],
  [[70, 300], [1]],
  [
    [70, 300],
    [0, 1],
  ],
  [
    [64, 14, 14, 9],
    [0, 1, 2],
  ],
  [
    [3, 1000, 5],
    [0, 2],
  ],
  [
    [3, 4, 5, 6, 7],
    [1, 3],
  ],
  [
    [3, 4, 5, 6, 7],
    [0, 2, 4],
  ],
  [
    [2, 3, 2, 3, 2, 3],
    [0, 2, 4],
  ],
  [[70_000, 3], [1]],
  [[9, 33_000], [0]],
  [[2 ** 22], [0]],
  [[2 ** 20, 3], [0]],
  [[2 ** 18 + 5, 17], [0]],
  [
    [2 ** 11, 3, 2 ** 9],
    [0, 2],
  ],
];

describe('sums and means on webgpu', () => {
  beforeAll(() => useBackend('webgpu'));

  it.each(CASES)('of %j over %j keep their digits', async (shape, axes) => {
    const values = positive(shape);
    const expected = sumsOf(values, shape, axes);
    const count = values.length / expected.length;
    const x = tensor(values, shape, 'float32');
    const before = memory();
    const { sum, mean, same } = tidy(() => ({
      sum: sumOf(x, axes),
      mean: meanOf(x, axes, true),
      same: sumOf(x, axes),
    }));
    expect(sum.shape).toEqual(shape.filter((_, axis) => !axes.includes(axis)));
    expect(mean.shape).toEqual(shape.map((size, axis) => (axes.includes(axis) ? 1 : size)));
    const sums = await sum.data();
    expect(sums).toBeAllclose(expected, { rtol: 2e-7 });
    expect(await same.data()).toEqual(sums);
    const means = expected.map((value) => value / count);
    expect(await mean.data()).toBeAllclose(means, { rtol: 3e-7 });
    for (const result of [sum, mean, same]) result.dispose();
    expect(memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
    x.dispose();
  });

  it('transpose nothing', () => {
    const x = tensor(positive([4, 5, 6]), [4, 5, 6]);
    expect(kernelsOf(() => sumOf(x, [0, 2]))).toEqual({ Sum: 1 });
    x.dispose();
  });

  it('keep NaN and infinities', async () => {
    const rows = [
      [1, NaN, 2],
      [1, Infinity, 2],
      [-Infinity, 1, 2],
      [Infinity, 1, -Infinity],
      [3e38, 3e38, 3e38],
      [1, 2, 3],
    ];
    const x = tensor(rows);
    const expected = [NaN, Infinity, -Infinity, NaN, Infinity, 6];
    expect([...(await sumOf(x, 1).data())]).toEqual(expected);
    expect([...(await sumOf(transpose(x), 0).data())]).toEqual(expected);
    x.dispose();
  });

  it('of integers stay those of tfjs', async () => {
    expect(await sumOf(tensor([1, 2, 3], [3], 'int32')).data()).toEqual(Int32Array.of(6));
  });
});
