import { describe, expect, it } from 'vitest';
import { laidOver, withoutAlpha } from '../../../src/io/images/alpha.js';
import { withColours } from '../../../src/io/images/colours.js';
import { readPNG } from '../../../src/io/images/decode_png.js';
import type { Picture } from '../../../src/io/images/picture.js';
import { cutOf, resizedSize } from '../../../src/io/images/preparation.js';
import type { Preparation, Preprocess } from '../../../src/io/images/preparation.js';
import { checkBits, prepareImage, resized } from '../../../src/io/images/prepare_image.js';
import { resizeBicubic } from '../../../src/io/images/resize_bicubic.js';
import { fixture } from '../../helpers/fixtures.js';
import { bytesOf } from './image_fixture.js';

/** What tools/parity/image_preparation.py wrote. */
const REFERENCE = fixture<{
  readonly sizes: {
    from: [number, number];
    none: [number, number];
    scale_width: [number, number];
  }[];
  readonly samples: {
    readonly file: string;
    readonly preprocess: Preprocess;
    readonly load: number;
    readonly crop: number;
    readonly at: [number, number];
    readonly size: [number, number];
    readonly pixels: string;
  }[];
  readonly alpha: {
    readonly source: [number, number, 2 | 4];
    readonly before: string;
    readonly size: [number, number];
    readonly after: string;
    readonly over: { readonly white: string; readonly black: string };
  }[];
  readonly deep: {
    source: [number, number];
    before: string;
    size: [number, number];
    after: string;
  }[];
}>('image_preparation');

const keep = { deep: false, transparency: false };
const toByte = (value: number) => Math.round((value + 1) * 127.5);
const chance = { x: 0, y: 0, flip: false };

describe('preprocess', () => {
  it.each(REFERENCE.samples)(
    'is that of the reference: $preprocess of $load, $crop to $size',
    async ({ file, preprocess, load, crop, at, size, pixels }) => {
      const image = await readPNG(bytesOf(file), keep);
      const preparation: Preparation = { preprocess, load, crop };
      const whole = { left: at[0], top: at[1], flip: false };
      const { width, height, values } = prepareImage(image, 3, preparation, whole);
      expect([width, height]).toEqual(size);
      expect(Uint8Array.from(values, toByte)).toEqual(bytesOf(pixels));
    },
  );

  it.each(REFERENCE.sizes)('of $from', ({ from: [width, height], none, scale_width }) => {
    const sizeBy = (preprocess: Preprocess, high = height) => {
      const size = resizedSize({ width, height: high }, { preprocess, load: 20, crop: 12 });
      return [size.width, size.height];
    };
    expect(sizeBy('none', Math.max(height, 3))).toEqual(none);
    expect(sizeBy('scale_width')).toEqual(scale_width);
  });

  it('takes rectangles, height first', () => {
    const data = Uint8Array.from({ length: 8 * 6 }, (_, i) => i);
    const image: Picture = { width: 8, height: 6, channels: 1, data };
    const preparation: Preparation = { preprocess: 'crop', load: false, crop: [2, 5] };
    const cut = cutOf(image, preparation, { x: 0.99, y: 0.99, flip: true });
    expect(cut).toEqual({ left: 3, top: 4, flip: true });
    const { width, height, values } = prepareImage(image, 1, preparation, cut);
    expect([width, height]).toEqual([5, 2]);
    const row = (y: number) => [7, 6, 5, 4, 3].map((x) => 8 * y + x);
    expect(Array.from(values, toByte)).toEqual([...row(4), ...row(5)]);
    const size = resizedSize(image, { load: [9, 4], crop: [2, 3] });
    expect(size).toEqual({ width: 4, height: 9 });
    expect(() => cutOf(image, { load: false, crop: [7, 8] }, chance)).toThrow(
      'its size of 8 × 6 is below the crop of 8 × 7',
    );
  });

  it('refuses what rounds to nothing, or beyond all bounds', () => {
    const none: Preparation = { preprocess: 'none', load: false, crop: 1 };
    expect(() => cutOf({ width: 2, height: 9 }, none, chance)).toThrow(/2 × 9 rounds to nothing/);
    const width: Preparation = { preprocess: 'scale_width', load: 8192, crop: 1 };
    expect(() => cutOf({ width: 1, height: 1e6 }, width, chance)).toThrow(/takes more than/);
  });
});

describe('alpha', () => {
  it.each(REFERENCE.alpha)(
    'is multiplied in while resizing, as PIL does: $source',
    ({ source: [width, height, channels], before, size, after, over }) => {
      const image: Picture = { width, height, channels, data: bytesOf(before) };
      const [wide, high] = size;
      expect(resized(image, { width: wide, height: high }, 255).data).toEqual(bytesOf(after));
      const colours = withColours(image, 3, 'keep').data.filter((_, i) => i % 4 < 3);
      expect(colours).toEqual(withColours(image, 3).data);
      for (const name of ['white', 'black'] as const)
        expect(withColours(image, 3, name).data).toEqual(bytesOf(over[name]));
    },
  );

  it('is opaque where a picture has none, and grey where grey is asked for', () => {
    const data = Uint8Array.of(10, 20, 30, 40, 50, 60);
    const image: Picture = { width: 2, height: 1, channels: 3, data };
    expect([...withColours(image, 3, 'keep').data]).toEqual([10, 20, 30, 255, 40, 50, 60, 255]);
    expect([...withColours(image, 1, 'keep').data]).toEqual([18, 255, 48, 255]);
    expect(withColours(image, 3, 'white').data).toBe(data);
    const clear: Picture = { width: 1, height: 1, channels: 2, data: Uint8Array.of(90, 51) };
    expect([...laidOver(clear, 255, 255).data]).toEqual([222, 51]);
    expect([...withColours(clear, 1, 'white').data]).toEqual([222]);
    expect([...withoutAlpha(clear).data]).toEqual([90]);
  });
});

describe('samples of 16 bits', () => {
  it.each(REFERENCE.deep)(
    'are resized as in mode F of PIL: $source to $size',
    ({ source: [width, height], before, size, after }) => {
      const data = new Uint16Array(bytesOf(before).buffer);
      const image: Picture = { width, height, channels: 1, data };
      const expected = new Float32Array(bytesOf(after).buffer);
      expect(resizeBicubic(image, ...size).data).toEqual(expected);
    },
  );

  it('are scaled by the bits that are used, and stay between black and white', () => {
    const data = Uint16Array.of(0, 4095, 1365, 4095);
    const image: Picture = { width: 4, height: 1, channels: 1, data };
    const preparation = { load: false, crop: [1, 4], bits: 12 } as const;
    const cut = { left: 0, top: 0, flip: false };
    const { values } = prepareImage(image, 1, preparation, cut);
    expect([...values]).toEqual([-1, 1, Math.fround(Math.fround(1 / 3) - 0.5) * 2, 1]);
    const larger = prepareImage(image, 1, { ...preparation, load: [1, 16], crop: [1, 16] }, cut);
    expect(Math.max(...larger.values)).toBe(1);
    expect(Math.min(...larger.values)).toBe(-1);
    expect(() => checkBits(image, 11)).toThrow(
      'it has a sample of 4095, above the 2047 of 11 bits',
    );
    checkBits(image, 12);
    const bytes: Picture = { width: 1, height: 1, channels: 1, data: Uint8Array.of(255) };
    checkBits(bytes, 9);
    const white = prepareImage(bytes, 1, { load: false, crop: 1, bits: 16 }, cut);
    expect([...white.values]).toEqual([1]); // 8-bit files keep their own white
    const colours = Uint16Array.of(65535, 65535, 65535);
    const grey = withColours({ width: 1, height: 1, channels: 3, data: colours }, 1);
    expect([...grey.data]).toEqual([65535]);
  });
});
