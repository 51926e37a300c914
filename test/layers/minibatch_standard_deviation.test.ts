import { slice, tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { minibatchStandardDeviation } from '../../src/layers/minibatch_standard_deviation.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { checkCritic } from '../../src/training/step/check_system.js';
import { samplesAreIndependent } from '../../src/training/step/independent_samples.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { describeLayer } from './layer_contract.js';

describeLayer({
  name: 'minibatchStandardDeviation',
  make: (options) => minibatchStandardDeviation(options),
  options: { groupSize: 2, features: 2, epsilon: 1e-3, grouping: 'contiguous', unbiased: true },
  shape: [4, 2, 1, 4],
});

describe.each(BACKENDS)('minibatchStandardDeviation on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const added = async (x: Tensor, options: object) => {
    const y = minibatchStandardDeviation({ groupSize: 2, ...options }).apply(x) as Tensor;
    return slice(y, [0, x.shape[1]!]).data();
  };

  it('takes every third sample of six for a group of two, or neighbours', async () => {
    const x = tensor2d([[0], [4], [6], [4], [0], [4]]);
    const rtol = 1e-6;
    expect(await added(x, {})).toBeAllclose([2, 2, 1, 2, 2, 1], { rtol });
    const contiguous = { grouping: 'contiguous' };
    expect(await added(x, contiguous)).toBeAllclose([2, 2, 1, 1, 2, 2], { rtol });
    expect(await added(x, { ...contiguous, unbiased: true })).toBeAllclose(
      [2, 2, 1, 1, 2, 2].map((s) => s * Math.SQRT2),
      { rtol },
    );
  });

  it('adds √ε for one sample alone, or 0 where the variance is unbiased', async () => {
    const x = tensor2d([[3, 5]]);
    expect(await added(x, { epsilon: 0.25 })).toBeAllclose([0.5], { rtol: 1e-6 });
    expect(await added(x, { unbiased: true })).toEqual(new Float32Array([0]));
  });
});

describe('minibatchStandardDeviation', () => {
  beforeAll(() => useBackend('cpu'));

  it('couples the samples, so that passes are not joined, and takes a penalty nevertheless', () => {
    const critic = sequential({
      layers: [minibatchStandardDeviation({ inputShape: [3] }), layers.dense({ units: 1 })],
    });
    expect(samplesAreIndependent(critic)).toBe(false);
    const penalty = ['penalty', new GradientPenalty()] as const;
    expect(() => checkCritic('f', ['critic', critic], penalty, false)).not.toThrow();
  });

  it('knows shapes before sizes', () => {
    const layer = minibatchStandardDeviation({ features: 3 });
    expect(layer.computeOutputShape([null, null, 4, 6])).toEqual([null, null, 4, 9]);
  });

  it.each([
    [null, /: `options` must be an object with the keys .*\. Received: null/],
    [{ groupSize: 0 }, /`groupSize` must be an integer >= 1/],
    [{ features: 0.5 }, /`features` must be an integer >= 1/],
    [{ epsilon: 0 }, /`epsilon` must be a finite number > 0/],
    [{ grouping: 'random' }, /`grouping` must be one of 'strided', 'contiguous'/],
    [{ unbiased: 1 }, /`unbiased` must be true or false/],
    [{ size: 4 }, /Received: "size"/],
  ])('refuses %o', (options, message) => {
    expect(() => minibatchStandardDeviation(options as never)).toThrow(message);
  });

  it('refuses channels that do not make equal shares, and batches that do not make whole groups', () => {
    expect(() => minibatchStandardDeviation({ features: 2 }).apply(zeros([4, 3]))).toThrow(
      /`inputShape` must be \[batch, …, channels\] with a multiple of 2 channels/,
    );
    expect(() => minibatchStandardDeviation().apply(zeros([6, 3]))).toThrow(
      /`x` must be a batch of fewer than 4 samples or of a multiple. Received: Tensor \(shape \[6,3\]/,
    );
    const contiguous = minibatchStandardDeviation({ grouping: 'contiguous' });
    expect((contiguous.apply(zeros([6, 3])) as Tensor).shape).toEqual([6, 4]);
  });
});
