import { elu, exp, log, relu6, sigmoid, sign, softplus, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../helpers/backends.js';
import { kernelsOf } from '../training/optimizer_runs.js';

async function valueOf(run: () => Tensor): Promise<Float32Array> {
  const y = tidy(run);
  const values = await y.data<'float32'>();
  y.dispose();
  return values;
}

beforeAll(() => useBackend('webgpu'));

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
