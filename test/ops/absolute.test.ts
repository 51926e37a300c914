import { tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { absolute } from '../../src/ops/absolute.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { analyticGradients, weightedSum } from '../helpers/numeric_gradient.js';
import { RandomStream } from '../../src/internal/random.js';

describe.each(BACKENDS)('absolute on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const X = [-2.5, -1e-30, -0, 0, 3, 1e30];

  it('is |x|', async () => {
    expect(await absolute(tensor(X)).data()).toBeAllclose(Float32Array.from(X, Math.abs));
    const others = absolute(tensor([-Infinity, NaN, Infinity]));
    expect(await others.data()).toEqual(Float32Array.of(Infinity, NaN, Infinity));
  });

  it('has the sign of x as its slope, which is 0 at 0', async () => {
    const weights = await new RandomStream(11).normal([5]).data();
    const x = [-2.5, -1e-30, -0, 0, 3];
    const [slope] = await analyticGradients(
      weightedSum((x) => absolute(x)),
      [tensor(x)],
    );
    expect(slope!).toBeAllclose(x.map((value, i) => Math.sign(value) * weights[i]!));
  });
});
