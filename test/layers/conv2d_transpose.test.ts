import { abs, sum, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { conv2d } from '../../src/layers/conv2d.js';
import { conv2dTranspose } from '../../src/layers/conv2d_transpose.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { spectralNorms } from '../../src/layers/spectral/spectral_norms.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { describeLayer } from './layer_contract.js';

describeLayer({
  name: 'conv2dTranspose',
  make: (options) => conv2dTranspose(options as never),
  options: {
    filters: 2,
    kernelSize: 4,
    strides: 3,
    padding: 1,
    outputPadding: 2,
    kernelInitializer: 'zeros',
  },
  shape: [2, 2, 3, 2],
  repaired: true,
});

describe.each(BACKENDS)('conv2dTranspose on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('takes back the size of a convolution', () => {
    for (const [size, kernelSize, strides, padding] of [
      [11, 3, 2, 1],
      [12, 3, 2, 1],
      [13, 5, 3, 2],
      [14, 5, 3, 2],
    ] as const) {
      const down = conv2d({ filters: 1, kernelSize, strides, padding });
      const [, inner] = down.computeOutputShape([1, size, 9, 1]) as number[];
      const outputPadding = (size + 2 * padding - kernelSize) % strides;
      const up = conv2dTranspose({ filters: 1, kernelSize, strides, padding, outputPadding });
      expect(up.computeOutputShape([null, inner!, null, 1])).toEqual([null, size, null, 1]);
    }
  });

  it('is normalised spectrally as the layer of tfjs is', async () => {
    const inputShape = [5, 4, 2];
    const normalized = (layer: layers.Layer) => {
      const model = sequential({ layers: [spectralNormalization({ layer, name: 'sn' })] });
      initializeWeights(model, { stddev: 1, seed: 3 });
      return model;
    };
    const ours = normalized(
      conv2dTranspose({ filters: 3, kernelSize: 4, strides: 2, padding: 1, inputShape }),
    );
    const theirs = normalized(
      layers.conv2dTranspose({
        filters: 3,
        kernelSize: 4,
        strides: 2,
        padding: 'same',
        inputShape,
      }),
    );
    const x = new RandomStream(1).normal([2, ...inputShape]);
    const reference = await (theirs.apply(x, { training: true }) as Tensor).data();
    expect(await (ours.apply(x, { training: true }) as Tensor).data()).toBeAllclose(reference);
    const sigmas = await Promise.all([spectralNorms(ours), spectralNorms(theirs)]);
    expect(sigmas[0]['sn']!).toBeAllclose(sigmas[1]['sn']!);
    expect(sigmas[0]['sn']!).toBeGreaterThan(1);
  });

  it('draws a kernel unless it is to be zero', async () => {
    const sizes = (kernelInitializer?: 'zeros') => {
      const layer = conv2dTranspose({
        filters: 2,
        kernelSize: 3,
        ...(kernelInitializer === undefined ? {} : { kernelInitializer }),
      });
      return tidy(() => {
        layer.apply(zeros([1, 2, 2, 3]));
        return sum(abs(layer.getWeights()[0]!));
      }).data();
    };
    expect((await sizes())[0]).toBeGreaterThan(0);
    expect((await sizes('zeros'))[0]).toBe(0);
  });
});

describe('conv2dTranspose refuses', () => {
  beforeAll(() => useBackend('cpu'));

  it.each([
    [undefined, /: `options` must be an object with the keys .*\. Received: undefined/],
    [{ filters: 0, kernelSize: 3 }, /conv2dTranspose: `filters` must be an integer >= 1/],
    [{ filters: 1, kernelSize: 0 }, /`kernelSize` must be an integer >= 1/],
    [{ filters: 1, kernelSize: 3, strides: 0 }, /`strides` must be an integer >= 1/],
    [{ filters: 1, kernelSize: 3, padding: 3 }, /`padding` must be an integer >= 0 and < 3/],
    [{ filters: 1, kernelSize: 3, padding: 'same' }, /`padding` must be an integer/],
    [
      { filters: 1, kernelSize: 3, strides: 2, outputPadding: 2 },
      /`outputPadding` must be an integer >= 0 and < 2. Received: 2/,
    ],
    [{ filters: 1, kernelSize: 3, useBias: 0 }, /`useBias` must be true or false/],
    [{ filters: 1, kernelSize: 3, kernelInitializer: 'ones' }, /one of 'zeros', 'glorotuniform'/],
    [{ filters: 1, kernelSize: 3, dilation: 2 }, /Received: "dilation"/],
  ])('%o', (args, message) => {
    expect(() => conv2dTranspose(args as never)).toThrow(message);
  });

  it('inputs without channels, and those that leave nothing', () => {
    expect(() => conv2dTranspose({ filters: 1, kernelSize: 3 }).build([null, 4, 4])).toThrow(
      /`inputShape` must be \[batch, height, width, channels\]/,
    );
    expect(() =>
      conv2dTranspose({ filters: 1, kernelSize: 2, padding: 1 }).apply(zeros([1, 1, 4, 2])),
    ).toThrow(/large enough to leave a pixel. Received: 1/);
  });
});
