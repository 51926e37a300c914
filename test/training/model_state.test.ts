import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { dropout } from '../../src/layers/dropout.js';
import { modelState, restoreModel } from '../../src/training/state/model_state.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';

/** A dropout layer inside a model inside a model. */
const network = () =>
  sequential({
    layers: [
      sequential({
        name: 'trunk',
        layers: [
          layers.dense({ name: 'hidden', units: 6, inputShape: [3] }),
          dropout({ name: 'drop', rate: 0.5, seed: 4 }),
        ],
      }),
      layers.dense({ name: 'top', units: 2 }),
    ],
  });

describe.each(BACKENDS)('the state of a model on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('holds weights and the places of nested layers in their streams', async () => {
    const x = new RandomStream(1).normal([5, 3]);
    const train = (model: ReturnType<typeof network>) =>
      (model.apply(x, { training: true }) as Tensor).data();
    const model = network();
    await train(model);
    const state = await modelState(model);
    expect(state.values).toMatchObject({ 'layers/trunk/drop/counter': 1 });
    expect(Object.keys(state.arrays)).toContain('weights/trunk/hidden/kernel');
    const next = await train(model);

    const other = network();
    await restoreModel(other, state);
    expect(await train(other)).toEqual(next);
  });

  it('refuses weights of another shape and changes none', async () => {
    const model = network();
    const wider = sequential({
      layers: [layers.dense({ name: 'top', units: 3, inputShape: [6] })],
    });
    const state = await modelState(wider);
    const before = await modelState(model);
    await expect(restoreModel(model, state)).rejects.toThrow(/must be present/);
    expect(await modelState(model)).toEqual(before);
  });
});
