import {
  elu,
  exp,
  grad,
  log,
  memory,
  mul,
  relu,
  relu6,
  sigmoid,
  sign,
  softplus,
  square,
  sum,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { leakyRectified } from '../../src/gradients/broken_slope.js';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { padByMirror } from '../../src/ops/mirror_pad.js';
import type { MirrorMode } from '../../src/ops/mirror_pad.js';
import { sumsOfAll } from '../../src/kernels/sums_of_all.js';
import { RandomStream } from '../../src/internal/random.js';
import { useBackend } from '../helpers/backends.js';
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

beforeAll(async () => {
  await useBackend('webgpu');
  enableSecondOrderGradients();
});

describe('functions of one element on webgpu', () => {
  const POINTS = [
    ...[0, 1e-30, 1e-8, 1e-4, 0.01, 0.3, 0.7, 1, 2, 5, 10, 15, 17, 20, 30, 60, 80].flatMap((x) => [
      x,
      -x,
    ]),
    ...Array.from({ length: 200 }, (_, i) => (i - 100) / 7),
  ];
  const log1p = (u: number) => Math.log1p(u);
  const FUNCTIONS: Record<string, [(x: Tensor) => Tensor, (x: number) => number]> = {
    elu: [elu, (x) => (x >= 0 ? x : Math.expm1(x))],
    exp: [exp, Math.exp],
    log: [log, Math.log],
    relu6: [relu6, (x) => Math.min(Math.max(x, 0), 6)],
    sigmoid: [sigmoid, (x) => 1 / (1 + Math.exp(-x))],
    sign: [sign, Math.sign],
    softplus: [softplus, (x) => Math.max(x, 0) + log1p(Math.exp(-Math.abs(x)))],
  };

  it.each(Object.keys(FUNCTIONS))('%s is right, in one dispatch', async (name) => {
    const [f, reference] = FUNCTIONS[name]!;
    const points = Float32Array.from(name === 'log' ? POINTS.filter((x) => x > 0) : POINTS);
    const x = tensor(points);
    expect(Object.values(kernelsOf(() => tidy(() => void f(x))))).toEqual([1]);
    const expected = Float64Array.from(points, reference);
    const atol = name === 'elu' ? 2e-7 : 1e-37;
    expect(await valueOf(() => f(x))).toBeAllclose(expected, { rtol: 1e-5, atol });
    x.dispose();
  });

  it('log of a negative number is NaN, and that of 0 is −∞', async () => {
    const x = tensor([-1, 0, -Infinity, Infinity]);
    expect([...(await valueOf(() => log(x)))]).toEqual([NaN, -Infinity, NaN, Infinity]);
  });

  it('softplus keeps the digits of a small result', async () => {
    const x = tensor([-12, -15, -20]);
    const expected = [-12, -15, -20].map((x) => log1p(Math.exp(x)));
    expect(await valueOf(() => softplus(x))).toBeAllclose(expected, { rtol: 5e-6 });
  });
});

describe('the gradient of ReLU and LeakyReLU on webgpu', () => {
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

describe('the gradient of mirror padding on webgpu', () => {
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
    await useBackend('webgpu');
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

describe('the sums of several tensors on webgpu', () => {
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
