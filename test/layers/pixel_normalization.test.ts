import { mean, square, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { pixelNormalization } from '../../src/layers/normalization/pixel_normalization.js';
import { samplesAreIndependent } from '../../src/training/step/independent_samples.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { describeLayer } from './layer_contract.js';

describeLayer({
  name: 'pixelNormalization',
  make: (options) => pixelNormalization(options),
  options: { epsilon: 1e-3 },
  shape: [2, 3, 1, 4],
});

describe.each(BACKENDS)('pixelNormalization on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('makes the mean square of the channels 1, and leaves a pixel of zeros at 0', async () => {
    const x = new RandomStream(2).normal([3, 2, 2, 5], 4);
    const y = pixelNormalization().apply(x) as Tensor;
    expect(await mean(square(y), -1).data()).toBeAllclose(new Array<number>(12).fill(1), {
      rtol: 1e-6,
    });
    const none = pixelNormalization().apply(zeros([2, 3])) as Tensor;
    expect(await none.data()).toEqual(new Float32Array(6));
  });
});

describe('pixelNormalization', () => {
  beforeAll(() => useBackend('cpu'));

  it('treats each sample by itself', () => {
    const model = sequential({ layers: [pixelNormalization({ inputShape: [3] })] });
    expect(samplesAreIndependent(model)).toBe(true);
  });

  it.each([
    [null, /: `options` must be an object with the keys .*\. Received: null/],
    [{ epsilon: 0 }, /`epsilon` must be a finite number > 0/],
    [{ axis: 1 }, /Received: "axis"/],
  ])('refuses %o', (options, message) => {
    expect(() => pixelNormalization(options as never)).toThrow(message);
  });

  it('refuses a list of numbers', () => {
    expect(() => pixelNormalization().apply(zeros([4]))).toThrow(
      /pixelNormalization: `inputShape` must be \[batch, …, channels\] of rank 2 or more/,
    );
  });
});
