import { add, exp, grad, mul, square, sum, tensor1d } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { stopGradient } from '../../src/ops/stop_gradient.js';
import { asyncTidy, values } from '../helpers/async_tidy.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

describe.each(BACKENDS)('stopGradient on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  /** Σ x² · c with c = exp(x) held constant. */
  const f = (x: Tensor): Scalar => {
    const c = stopGradient(() => exp(x));
    return sum(mul(square(x), c));
  };

  it('holds its result constant, at first and at second order', () =>
    asyncTidy(async () => {
      const x = tensor1d([0.5, -1, 2]);
      const c = await values(exp(x));
      expect(await values(grad(f)(x))).toBeAllclose((await values(x)).map((x, i) => 2 * x * c[i]!));
      const second = grad((x: Tensor) => sum<Scalar>(grad(f)(x)))(x);
      expect(await values(second)).toBeAllclose(c.map((c) => 2 * c));
    }));

  it('gives the value of what it runs', () =>
    asyncTidy(async () => {
      const x = tensor1d([0.5, -1, 2]);
      expect(await values(stopGradient(() => add(x, 1)))).toBeAllclose([1.5, 0, 3]);
    }));

  it('leaks nothing, inside a gradient and outside', async () => {
    const x = tensor1d([0.5, -1, 2]);
    await expectNoLeak(() => stopGradient(() => exp(add(x, 1))).dispose());
    await expectNoLeak(() => grad(f)(x).dispose());
  });
});
