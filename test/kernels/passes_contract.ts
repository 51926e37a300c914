import { grad, memory, mul, relu, scalar, square, sum, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { leakyRectified } from '../../src/gradients/broken_slope.js';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { movedTowards } from '../../src/kernels/moved_towards.js';
import { sumsOfAll } from '../../src/kernels/sums_of_all.js';
import { padByMirror } from '../../src/ops/mirror_pad.js';
import type { MirrorMode } from '../../src/ops/mirror_pad.js';
import { useBackend } from '../helpers/backends.js';
import type { BackendName } from '../helpers/backends.js';
import { kernelsOf } from '../training/optimizer_runs.js';

const drawn = (name: string, shape: number[]): Tensor => {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tensor(new RandomStream(3).fork(name).normalValues(size), shape, 'float32');
};

async function valueOf(run: () => Tensor): Promise<Float32Array> {
  const y = tidy(run);
  const values = await y.data<'float32'>();
  y.dispose();
  return values;
}

/** Tests a backend's kernels of one pass over tensors that tfjs does not have. */
export function describePasses(backend: BackendName): void {
  beforeAll(async () => {
    await useBackend(backend);
    enableSecondOrderGradients();
  });

  describe(`the gradient of ReLU and LeakyReLU on ${backend}`, () => {
    it.each([
      ['relu', relu, 0],
      ['leakyRectified', (x: Tensor) => leakyRectified(x, 0.25), 0.25],
    ] as const)('%s: one dispatch, right to second order, NaN for NaN', async (_, f, alpha) => {
      const x = tensor([-2, -0.5, 0, 0.5, 3, NaN]);
      const dy = tensor([1, 2, 3, 4, 5, 6]);
      const before = memory().numTensors;
      const slope = [alpha, 2 * alpha, 3 * alpha, 4, 5, NaN];
      expect([...(await valueOf(() => grad(f)(x, dy)))]).toEqual(slope);
      expect(kernelsOf(() => tidy(() => void grad(f)(x, dy)))).toMatchObject({
        GanKitBrokenSlope: 1,
      });
      // of Σ (∂/∂x Σ f(x)³/3)², of which f itself and its slope are factors
      const penalty = (x: Tensor) =>
        sum(square(grad((x: Tensor) => sum(mul(f(x), square(f(x)))))(x)));
      const second = await valueOf(() => grad(penalty)(x));
      const expected = [-2, -0.5, 0, 0.5, 3].map((x) => {
        const s = x > 0 ? 1 : alpha;
        return 2 * (3 * s ** 3 * x ** 2) * (6 * s ** 3 * x);
      });
      expect(second.subarray(0, 5)).toBeAllclose(expected, { rtol: 1e-5 });
      expect(second[5]).toBeNaN();
      expect(memory().numTensors).toBe(before);
    });
  });

  describe(`the gradient of mirror padding on ${backend}`, () => {
    const CASES: [shape: number[], paddings: [number, number][], mode: MirrorMode][] = [
      [[3], [[2, 1]], 'reflect'],
      [[3], [[3, 2]], 'symmetric'],
      [
        [2, 5, 4, 3],
        [
          [0, 0],
          [3, 1],
          [0, 3],
          [0, 0],
        ],
        'reflect',
      ],
      [
        [1, 4, 4, 2],
        [
          [0, 0],
          [4, 4],
          [1, 2],
          [1, 0],
        ],
        'symmetric',
      ],
      [[70_000], [[5, 69_999]], 'reflect'],
    ];

    it.each(CASES)('%j, %j, %s equals that of ops on cpu, in one kernel', async (...one) => {
      const [shape, paddings, mode] = one;
      const padded = shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
      const pad = (x: Tensor) => padByMirror(x, paddings, mode);
      const first = () => grad(pad)(drawn('x', shape), drawn('dy', padded));
      const second = () =>
        grad((dy: Tensor) => sum(square(grad(pad)(drawn('x', shape), dy))))(drawn('dy', padded));
      await useBackend('cpu');
      const expected = [await valueOf(first), await valueOf(second)];
      await useBackend(backend);
      const before = memory().numTensors;
      const actual = [await valueOf(first), await valueOf(second)];
      expect(memory().numTensors).toBe(before);
      actual.forEach((values, i) =>
        expect(values).toBeAllclose(expected[i]!, { rtol: 1e-5, atol: 1e-5 }),
      );
      expect(kernelsOf(() => tidy(() => void first()))).toEqual({
        MirrorPad: 1,
        GanKitMirrorPadGrad: 1,
      });
    });
  });

  describe(`the sums of several tensors on ${backend}`, () => {
    it.each([1, 7, 8, 20])('%d small ones, one of them NaN', async (count) => {
      const all = Array.from({ length: count }, (_, i) =>
        tensor(Array<number>(3 * i + 1).fill(i === 5 ? NaN : i + 0.5)),
      );
      const before = memory().numTensors;
      const sums = sumsOfAll(all)!;
      expect([...(await sums.data())]).toEqual(
        all.map(({ size }, i) => (i === 5 ? NaN : size * (i + 0.5))),
      );
      sums.dispose();
      expect(memory().numTensors).toBe(before);
    });

    it('large ones, scalars and infinities', async () => {
      const big = new Float32Array(3_000_001).fill(0.1);
      const broken = new Float32Array(50_000).fill(1);
      broken[49_999] = -Infinity;
      const all = [tensor(0.3), tensor(big), tensor(broken), tensor(Infinity)];
      const before = memory();
      const sums = sumsOfAll(all)!;
      const values = await sums.data();
      expect(values[0]).toBe(Math.fround(0.3));
      expect(values[1]! / (Math.fround(0.1) * big.length)).toBeCloseTo(1, 6);
      expect([...values.subarray(2)]).toEqual([-Infinity, Infinity]);
      sums.dispose();
      expect(memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
    });
  });

  describe(`an average that moves on ${backend}`, () => {
    it('moves by a share of the way in one kernel, and keeps NaN', async () => {
      const [a, b, share] = [tensor([1, 2, 3, NaN]), tensor([5, NaN, 3, 1]), scalar(0.25)];
      const before = memory().numTensors;
      const y = movedTowards(a, b, share);
      expect([...(await y.data())]).toEqual([2, NaN, 3, NaN]);
      y.dispose();
      expect(memory().numTensors).toBe(before);
      expect(kernelsOf(() => movedTowards(a, b, share))).toEqual({ GanKitMovedTowards: 1 });
    });
  });
}
