import { describe, expect, it } from 'vitest';
import { imageDecoder } from '../../../src/io/images/decode_image.js';
import { cutOf } from '../../../src/io/images/preparation.js';
import type { Preparation } from '../../../src/io/images/preparation.js';
import { halvesOf, prepareImage } from '../../../src/io/images/prepare_image.js';
import { decodeJPEG } from '../../../src/node/images/decode_jpeg.js';
import { IMAGES, bytesOf } from './image_fixture.js';

const decode = imageDecoder(decodeJPEG);

/** The share of the room that leads to a given place. */
const share = (at: number, room: number) => (at + 0.5) / (room + 1);

describe('prepareImage', () => {
  it.each(IMAGES.samples)(
    'gives the values of the reference: load $load, crop $crop, $channels channels',
    async ({ file, load, crop, at, flip, channels, values }) => {
      const image = await decode(bytesOf(file));
      const parts = values.length === 2 ? halvesOf(image) : [image];
      const preparation: Preparation = { load: load ?? false, crop };
      const [width, height] = load === null ? [parts[0].width, image.height] : [load, load];
      const chance = { x: share(at[0], width - crop), y: share(at[1], height - crop), flip };
      const cut = cutOf(parts[0], preparation, chance);
      expect(cut).toEqual({ left: at[0], top: at[1], flip });
      for (const [i, part] of parts.entries()) {
        const { values: result, ...size } = prepareImage(part, channels, preparation, cut);
        expect(size).toEqual({ width: crop, height: crop, channels });
        expect([...result]).toEqual(values[i]);
      }
    },
  );

  it('covers the whole room, with its edges', () => {
    const data = Uint8Array.from({ length: 12 }, (_, i) => i);
    const image = { width: 4, height: 3, channels: 1, data } as const;
    const cut = (x: number, y: number) =>
      cutOf(image, { load: false, crop: 2 }, { x, y, flip: false });
    expect([0, 0.34, 0.67, 1 - 2 ** -24].map((x) => cut(x, 0).left)).toEqual([0, 1, 2, 2]);
    expect([0, 0.49, 0.5, 1 - 2 ** -24].map((y) => cut(0, y).top)).toEqual([0, 0, 1, 1]);
  });

  it('refuses what is smaller than the crop, or one pixel wide', () => {
    const image = { width: 1, height: 3, channels: 1, data: new Uint8Array(3) } as const;
    const chance = { x: 0, y: 0, flip: false };
    expect(() => cutOf(image, { load: false, crop: 2 }, chance)).toThrow(
      /its size of 1 × 3 is below the crop of 2/,
    );
    expect(cutOf(image, { load: 5, crop: 2 }, chance)).toEqual({ left: 0, top: 0, flip: false });
    expect(() => halvesOf(image)).toThrow(/no two halves/);
  });
});
