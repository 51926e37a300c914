import { zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { upSampling2d } from '../../src/layers/up_sampling_2d.js';
import { useBackend } from '../helpers/backends.js';
import { describeLayer } from './layer_contract.js';

describeLayer({
  name: 'upSampling2d',
  make: (options) => upSampling2d(options),
  options: { interpolation: 'bilinear' },
  shape: [2, 3, 2, 2],
  rtol: { output: 1e-6, gradient: 1e-6 },
});

describe('upSampling2d', () => {
  beforeAll(() => useBackend('cpu'));

  it('knows shapes before sizes', () => {
    expect(upSampling2d().computeOutputShape([null, null, 4, 3])).toEqual([null, null, 8, 3]);
  });

  it.each([
    [null, /: `options` must be an object with the keys .*\. Received: null/],
    [{ interpolation: 'cubic' }, /`interpolation` must be one of 'nearest', 'bilinear'/],
    [{ size: 2 }, /Received: "size"/],
  ])('refuses %o', (options, message) => {
    expect(() => upSampling2d(options as never)).toThrow(message);
  });

  it('refuses what is no image', () => {
    expect(() => upSampling2d().apply(zeros([2, 2, 4]))).toThrow(
      /`inputShape` must be \[batch, height, width, channels\]/,
    );
  });
});
