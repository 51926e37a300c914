import { tensor2d } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  powerIterationIsFrozen,
  withFrozenPowerIteration,
} from '../../src/layers/modes/power_iteration_mode.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { asyncTidy, values } from '../helpers/async_tidy.js';
import { useBackend } from '../helpers/backends.js';

describe('withFrozenPowerIteration', () => {
  beforeAll(() => useBackend('cpu'));

  it('freezes inside, also when nested, and returns what the function returns', () => {
    const seen: boolean[] = [];
    const see = () => seen.push(powerIterationIsFrozen());
    const answer = withFrozenPowerIteration(() => {
      see();
      withFrozenPowerIteration(see);
      see();
      return 42;
    });
    see();
    expect(answer).toBe(42);
    expect(seen).toEqual([true, true, true, false]);
  });

  it('thaws when the function throws', () => {
    const wrong = new Error('wrong');
    expect(() =>
      withFrozenPowerIteration(() => {
        throw wrong;
      }),
    ).toThrow(wrong);
    expect(powerIterationIsFrozen()).toBe(false);
  });

  it('refuses an asynchronous function', () => {
    expect(() => withFrozenPowerIteration(async () => 1)).toThrow(
      /withFrozenPowerIteration: `fn` must be a synchronous function/,
    );
    expect(powerIterationIsFrozen()).toBe(false);
  });

  it('holds u and v in training calls, not in explicit rounds', () =>
    asyncTidy(async () => {
      const x = tensor2d([[1, -2, 3]]);
      const dense = layers.dense({ units: 3, useBias: false });
      const layer = spectralNormalization({ layer: dense });
      layer.apply(x);
      // singular values so close that no round is the last one that moves v
      dense.setWeights([tensor2d([1, 0, 0, 0, 0.99, 0, 0, 0, 0.98], [3, 3])]);
      const v = () => values(layer.weights.at(-1)!.read());
      const before = await v();
      withFrozenPowerIteration(() => layer.apply(x, { training: true }));
      expect(await v()).toEqual(before);
      withFrozenPowerIteration(() => layer.powerIterate());
      const advanced = await v();
      expect(advanced).not.toEqual(before);
      layer.apply(x, { training: true });
      expect(await v()).not.toEqual(advanced);
    }));
});
