import { tensor4d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareInceptionImages } from '../../src/metrics/inception/prepare_inception_images.js';
import type {
  PixelRange,
  Quantization,
} from '../../src/metrics/inception/prepare_inception_images.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

describe.each(BACKENDS)('prepareInceptionImages on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  /** Of one pixel, 299×299 are the same. */
  async function prepared(pixel: number[], pixels: PixelRange, quantize: Quantization) {
    const image = prepareInceptionImages(tensor4d(pixel, [1, 1, 1, 3]), pixels, quantize);
    expect(image.shape).toEqual([1, 299, 299, 3]);
    const values = await image.data();
    expect(values.slice(-3)).toEqual(values.slice(0, 3));
    return [...values.slice(0, 3)].map((value) => value * 128 + 128);
  }

  it.each<[PixelRange, Quantization, number[], number[]]>([
    ['bytes', 'round', [0.25, 127.5, 254.75], [0, 128, 255]],
    ['bytes', 'truncate', [0.75, 127.5, 254.75], [0, 127, 254]],
    ['bytes', 'none', [0.25, 127.5, 260], [0.25, 127.5, 260]],
    ['bytes', 'round', [-3, 12, 300], [0, 12, 255]],
    ['signed', 'round', [-1, 0, 1], [0, 128, 255]],
    ['signed', 'truncate', [-0.5, 0, 0.75], [63, 127, 223]],
    ['signed', 'none', [-0.5, 0, 0.75], [63.75, 127.5, 223.125]],
    ['signed', 'truncate', [-1.5, 1.5, 0.5], [0, 255, 191]],
  ])('%s, %s: %j', async (pixels, quantize, pixel, expected) => {
    expect(await prepared(pixel, pixels, quantize)).toBeAllclose(expected, { rtol: 1e-6 });
  });

  it('takes integers, and keeps no tensors', async () => {
    const image = tensor4d([7, 8, 9], [1, 1, 1, 3], 'int32');
    const values = await prepareInceptionImages(image, 'bytes', 'round').data();
    expect(values.slice(0, 3)).toBeAllclose([-121 / 128, -120 / 128, -119 / 128], { rtol: 1e-6 });
    await expectNoLeak(() => prepareInceptionImages(image, 'bytes', 'round').dispose());
    expect(image.isDisposed).toBe(false);
  });
});
