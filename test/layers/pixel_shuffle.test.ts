import { zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { pixelShuffle } from '../../src/layers/pixel_shuffle.js';
import { useBackend } from '../helpers/backends.js';
import { describeLayer } from './layer_contract.js';

describeLayer({
  name: 'pixelShuffle',
  make: (options) => pixelShuffle(options as never),
  options: { factor: 2 },
  shape: [2, 3, 2, 8],
  rtol: { output: 1e-7, gradient: 1e-7 },
});

describe('pixelShuffle', () => {
  beforeAll(() => useBackend('cpu'));

  it('knows shapes before sizes', () => {
    expect(pixelShuffle({ factor: 3 }).computeOutputShape([null, null, 4, 18])).toEqual([
      ...[null, null, 12, 2],
    ]);
  });

  it.each([
    [undefined, /: `options` must be an object with the keys .*\. Received: undefined/],
    [{ factor: 0 }, /`factor` must be an integer >= 1/],
    [{ factor: 1.5 }, /`factor` must be an integer >= 1/],
    [{ factor: 2, size: 1 }, /Received: "size"/],
  ])('refuses %o', (args, message) => {
    expect(() => pixelShuffle(args as never)).toThrow(message);
  });

  it('refuses channels that do not make whole pixels', () => {
    expect(() => pixelShuffle({ factor: 2 }).apply(zeros([1, 2, 2, 6]))).toThrow(
      /`inputShape` must be \[batch, height, width, channels\] with a multiple of 4 channels/,
    );
    expect(() => pixelShuffle({ factor: 2 }).apply(zeros([2, 2, 4]))).toThrow(/`inputShape`/);
  });
});
