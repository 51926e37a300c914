import { layers, sequential } from '@tensorflow/tfjs-layers';
import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { dropout } from '../../src/layers/dropout.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { saveAndLoad } from '../helpers/save_and_load.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { expectGradients, weightedSum } from '../helpers/numeric_gradient.js';

describe.each(BACKENDS)('dropout on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const train = (layer: ReturnType<typeof dropout>, x: Tensor) =>
    layer.apply(x, { training: true }) as Tensor;

  it('zeroes its share and scales the rest', async () => {
    const x = new RandomStream(1).normal([50, 80], 3, 0.1);
    const values = await x.data();
    const y = await train(dropout({ rate: 0.3, seed: 2 }), x).data();
    const kept = y.filter((value) => value !== 0).length;
    expect(Math.abs(kept / y.length - 0.7)).toBeLessThan(0.03);
    y.forEach((value, i) => {
      if (value !== 0) expect(value).toBeAllclose(values[i]! / 0.7, { rtol: 1e-6 });
    });
  });

  it('is the identity at inference and at rate 0', async () => {
    const x = tensor([1, -2, 3]);
    expect(await (dropout({ rate: 0.5 }).apply(x) as Tensor).data()).toBeAllclose([1, -2, 3], {
      rtol: 0,
    });
    expect(await train(dropout({ rate: 0 }), x).data()).toBeAllclose([1, -2, 3], { rtol: 0 });
  });

  it('draws a new mask at each call, the same in a second run', async () => {
    const x = new RandomStream(1).uniform([40], 1, 2);
    const run = async () => {
      const layer = dropout({ rate: 0.5, seed: 3 });
      return [await train(layer, x).data(), await train(layer, x).data()];
    };
    const [first, second] = [await run(), await run()];
    expect(first[0]).not.toEqual(first[1]);
    expect(second).toEqual(first);
  });

  it('goes on with the next mask from a saved state', async () => {
    const x = new RandomStream(1).uniform([40], 1, 2);
    const layer = dropout({ rate: 0.5, seed: 3 });
    train(layer, x);
    const state = await layer.state();
    const next = await train(layer, x).data();
    const other = dropout({ rate: 0.5, seed: 3 });
    await other.restore(state);
    expect(await train(other, x).data()).toEqual(next);
  });

  it('passes the gradient through its mask', async () => {
    const x = new RandomStream(1).normal([12]);
    const f = weightedSum((x) => train(dropout({ rate: 0.4, seed: 5 }), x));
    await expectGradients(f, [x], { rtol: 1e-3 });
  });

  it('survives saving and loading', async () => {
    const inner = layers.dense({ units: 3, inputShape: [4] });
    const model = sequential({ layers: [inner, dropout({ rate: 0.4, seed: 6, name: 'drop' })] });
    const copy = await saveAndLoad(model);
    expect(copy.getLayer('drop').getConfig()).toMatchObject({ rate: 0.4, seed: 6 });
  });

  it('leaks nothing', async () => {
    const layer = dropout({ rate: 0.5 });
    const x = new RandomStream(1).normal([4, 3]);
    await expectNoLeak(() => train(layer, x).dispose());
  });
});

describe('dropout refuses', () => {
  it.each([
    [{ rate: 1 }, /`rate` must be a finite number >= 0 and < 1/],
    [{ rate: -0.1 }, /`rate`/],
    [{}, /`rate`/],
    [{ rate: 0.5, seed: 1.5 }, /`seed` must be an integer >= 0/],
    [{ rate: 0.5, noiseShape: [1] }, /Received: "noiseShape"/],
  ])('%o', (args, message) => {
    expect(() => dropout(args as never)).toThrow(message);
  });
});
