import { sequential } from '@tensorflow/tfjs-layers';
import { square, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { leakyReLU } from '../../src/layers/leaky_relu.js';
import type { LeakyReLUOptions } from '../../src/layers/leaky_relu.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { saveAndLoad } from '../helpers/save_and_load.js';
import { expectNoLeak } from '../helpers/leaks.js';
import {
  analyticGradients,
  expectGradients,
  gradientProjection,
  weightedSum,
} from '../helpers/numeric_gradient.js';

describe.each(BACKENDS)('leakyReLU on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('has its slope below zero', async () => {
    const y = leakyReLU({ negativeSlope: 0.25 }).apply(tensor([-4, -0.5, 0, 2])) as Tensor;
    expect(await y.data()).toBeAllclose([-1, -0.125, 0, 2], { rtol: 0 });
  });

  it('has right first and second derivatives away from the kink', async () => {
    const x = tensor([-1.5, -0.4, 0.3, 2]);
    const layer = leakyReLU({ negativeSlope: 0.2 });
    const f = weightedSum((x) => square(layer.apply(x) as Tensor));
    for (const g of [f, gradientProjection(f)]) await expectGradients(g, [x], { rtol: 1e-3 });
  });

  it('takes the slope of the left side at 0, as torch does', async () => {
    const f = weightedSum((x) => leakyReLU({ negativeSlope: 0.2 }).apply(x) as Tensor, 4);
    const one = weightedSum((x) => x, 4);
    const x = tensor([0, 0]);
    const left = (await analyticGradients(one, [x]))[0]!.map((g) => 0.2 * g);
    expect((await analyticGradients(f, [x]))[0]!).toBeAllclose(left, { rtol: 1e-6 });
  });

  it('leaks nothing', async () => {
    const layer = leakyReLU();
    const x = tensor([[-1, 1]]);
    await expectNoLeak(() => (layer.apply(x) as Tensor).dispose());
  });

  it('survives saving and loading', async () => {
    const model = sequential({
      layers: [leakyReLU({ negativeSlope: 0.1, name: 'act', inputShape: [2] } as LeakyReLUOptions)],
    });
    const copy = await saveAndLoad(model);
    expect(await (copy.predict(tensor([[-3, 2]])) as Tensor).data()).toBeAllclose([-0.3, 2]);
  });
});

describe('leakyReLU refuses', () => {
  it.each([
    [{ negativeSlope: -0.1 }, /`negativeSlope` must be a finite number >= 0 and <= 1/],
    [{ negativeSlope: '0.2' }, /`negativeSlope`/],
    [{ alpha: 0.2 }, /Received: "alpha"/],
  ])('%o', (args, message) => {
    expect(() => leakyReLU(args as never)).toThrow(message);
  });
});
