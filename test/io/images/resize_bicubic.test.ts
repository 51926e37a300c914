import { describe, expect, it } from 'vitest';
import { resizeBicubic } from '../../../src/io/images/resize_bicubic.js';
import { IMAGES, bytesOf } from './image_fixture.js';

describe('resizeBicubic', () => {
  it.each(IMAGES.resized)(
    'equals PIL to the bit: $source to $size',
    ({ source, size, ...texts }) => {
      const [width, height, channels] = source;
      const image = { width, height, channels, data: bytesOf(texts.before) };
      const result = resizeBicubic(image, ...size);
      expect(result).toEqual({
        width: size[0],
        height: size[1],
        channels,
        data: bytesOf(texts.after),
      });
      expect(image.data).toEqual(bytesOf(texts.before));
    },
  );
});
