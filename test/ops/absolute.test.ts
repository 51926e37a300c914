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
    // tfjs's relu on webgl is x · (x ≥ 0), and −∞ · 0 is no number
    const ofInfinity = backend === 'webgl' ? NaN : Infinity;
    expect(await absolute(tensor([-Infinity])).data()).toEqual(Float32Array.of(ofInfinity));
    expect(await absolute(tensor([NaN])).data()).toEqual(Float32Array.of(NaN));
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
