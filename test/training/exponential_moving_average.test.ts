import { memory, ones, randomNormal, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { ExponentialMovingAverage } from '../../src/training/exponential_moving_average.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { valuesOf } from './optimizer_runs.js';

/** Non-trainable weights lie between trainable ones, so that orders differ. */
function makeModel(): LayersModel {
  return sequential({
    layers: [
      layers.dense({ units: 2, inputShape: [3], name: 'first' }),
      layers.batchNormalization({ name: 'norm' }),
      layers.dense({ units: 1, name: 'last' }),
    ],
  });
}

/** Sets every weight to `value`, in one number per weight plus its place. */
function fill(model: LayersModel, value: number): void {
  tidy(() =>
    model.setWeights(
      model
        .getWeights()
        .map((weight, i) => tensor(Array(weight.size).fill(value + 100 * i), weight.shape)),
    ),
  );
}

const firstOf = (tensors: readonly Tensor[]) =>
  Promise.all(tensors.map(async (one) => (await valuesOf([one]))[0]!));

describe.each(BACKENDS)('ExponentialMovingAverage on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('averages trainable weights and copies the others', async () => {
    const model = makeModel();
    fill(model, 1);
    const ema = new ExponentialMovingAverage(model, { decay: 0.75 });
    expect(await firstOf(ema.weights)).toEqual([1, 101, 201, 301, 401, 501, 601, 701]);
    fill(model, 5);
    ema.update();
    fill(model, 9);
    ema.update();
    // 1 → 0.75·1 + 0.25·5 = 2 → 0.75·2 + 0.25·9 = 3.75; mean and variance are the last two
    const averaged = [0, 100, 200, 300, 400, 500].map((place) => place + 3.75);
    expect(await firstOf(ema.weights)).toBeAllclose([...averaged, 609, 709]);
    expect(ema.updates).toBe(2);
    expect((await firstOf(model.getWeights()))[0]).toBe(9);
    ema.dispose();
  });

  it('gives a weight that never moves its own bits, and averages the others', async () => {
    const model = makeModel();
    fill(model, 0.1);
    const ema = new ExponentialMovingAverage(model, { decay: 0.3 });
    const [kernel, ...others] = await firstOf(ema.weights);
    model.trainableWeights[0]!.write(tensor(Array(6).fill(7), [3, 2]));
    ema.update();
    const average = 0.3 * kernel! + 0.7 * 7;
    expect(await firstOf(ema.weights)).toEqual([expect.closeTo(average, 5), ...others]);
    ema.dispose();
  });

  it('has its weights in the order of the model, and by path', async () => {
    const model = makeModel();
    const ema = new ExponentialMovingAverage(model);
    expect(ema.weights.map(({ shape }) => shape)).toEqual(model.weights.map(({ shape }) => shape));
    expect(Object.keys(ema.namedWeights)).toEqual(namedWeights(model).map(({ path }) => path));
    for (const { path, variable } of namedWeights(model))
      expect(await valuesOf([ema.namedWeights[path]!])).toEqual(await valuesOf([variable.read()]));
    const clone = makeModel();
    clone.setWeights(ema.weights);
    const x = randomNormal([4, 3], 0, 1, 'float32', 5);
    expect(await valuesOf([clone.predict(x) as Tensor])).toEqual(
      await valuesOf([model.predict(x) as Tensor]),
    );
    ema.dispose();
  });

  it('warms up from 1/10', async () => {
    const model = makeModel();
    fill(model, 0);
    const ema = new ExponentialMovingAverage(model, { decay: 0.25, warmUp: true });
    fill(model, 1);
    let expected = 0;
    for (const decay of [1 / 10, 2 / 11, 3 / 12, 0.25, 0.25]) {
      ema.update();
      expected = decay * expected + (1 - decay);
      expect((await firstOf(ema.weights))[0]).toBeAllclose(expected);
    }
    ema.dispose();
  });

  it('goes on from a state to the last bit', async () => {
    const model = makeModel();
    const run = (ema: ExponentialMovingAverage, from: number, to: number) => {
      for (let i = from; i <= to; i++) {
        fill(model, Math.sin(i));
        ema.update();
      }
    };
    fill(model, 0.3);
    const whole = new ExponentialMovingAverage(model, { warmUp: true });
    fill(model, 0.3);
    const first = new ExponentialMovingAverage(model, { warmUp: true });
    run(whole, 1, 20);
    run(first, 1, 10);
    const state = await first.state();
    const second = new ExponentialMovingAverage(model, { warmUp: true });
    await second.restore(structuredClone(state));
    run(second, 11, 20);
    expect(second.updates).toBe(20);
    expect(await valuesOf(second.weights)).toEqual(await valuesOf(whole.weights));
    expect(await valuesOf(second.weights)).not.toEqual(await valuesOf(first.weights));

    const rest = { ...state.arrays };
    delete rest['norm/gamma'];
    const wrong = [
      [{ values: {}, arrays: state.arrays }, /`state.values\['updates'\]` must be an integer >= 0/],
      [{ ...state, arrays: rest }, /`state.arrays\['norm\/gamma'\]` must be present/],
    ] as const;
    const before = await second.state();
    for (const [other, message] of wrong)
      await expect(second.restore(other)).rejects.toThrow(message);
    expect(await second.state()).toEqual(before);
    [whole, first, second].forEach((ema) => ema.dispose());
  });

  it('keeps no tensors but its average', async () => {
    const model = makeModel();
    const before = memory().numTensors;
    const ema = new ExponentialMovingAverage(model);
    expect(memory().numTensors).toBe(before + model.weights.length);
    await expectNoLeak(() => ema.update());
    await expectNoLeak(() => tidy(() => ema.update()));
    await expectNoLeak(async () => ema.restore(await ema.state()));
    ema.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe('ExponentialMovingAverage', () => {
  beforeAll(() => useBackend('cpu'));

  it('refuses options that are none, and use after dispose', async () => {
    const model = makeModel();
    const wrong: [unknown, RegExp][] = [
      [
        { decay: 1 },
        /^ExponentialMovingAverage: `decay` must be a finite number >= 0 and < 1\. Received: 1\./,
      ],
      [{ warmUp: 'yes' }, /`warmUp` must be true or false/],
      [{ beta: 0.9 }, /with the keys decay, warmUp/],
    ];
    for (const [options, message] of wrong)
      expect(() => new ExponentialMovingAverage(model, options as object)).toThrow(message);
    for (const other of [undefined, ones([2]), sequential()])
      expect(() => new ExponentialMovingAverage(other as unknown as LayersModel)).toThrow(
        /`model` must be a built model with weights/,
      );
    const ema = new ExponentialMovingAverage(model);
    ema.dispose();
    expect(() => ema.update()).toThrow(/ExponentialMovingAverage.update: `this` must be alive/);
    expect(() => ema.weights).toThrow(/alive/);
    expect(() => ema.namedWeights).toThrow(/alive/);
    await expect(ema.state()).rejects.toThrow(/alive/);
  });
});
