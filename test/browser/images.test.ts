import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeJPEGInBrowser } from '../../src/io/images/decode_jpeg_in_browser.js';
import { decodePNG } from '../../src/io/images/decode_png.js';
import { pairedImages } from '../../src/io/images/paired_images.js';
import { unpairedImages } from '../../src/io/images/unpaired_images.js';
import { IMAGES, bytesOf } from '../io/images/image_fixture.js';

/** Levels of 255 between what Chromium reads and what PIL reads. */
const JPEG_TOLERANCE = 1; // 0 was measured

/** A grey PNG of 7 and 9 with three bytes behind its zlib stream, as some encoders write them. */
const WITH_BYTES_BEHIND =
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAADklEQVR4nGNg5wQAABoAEQAAABXr6kcAAAAASUVORK5CYII=';

/** What makes a FileList; the types of pages are not loaded here. */
interface Page {
  DataTransfer: new () => { items: { add(file: File): void }; files: ArrayLike<File> };
}

const fileOf = (name: string, text: string) => new File([bytesOf(text)], name);
const bytes = async (one: Tensor) =>
  Array.from(await one.data(), (value) => Math.round((value + 1) * 127.5));
const toBytes = (values: readonly number[]) => values.map((v) => Math.round((v + 1) * 127.5));

describe('images in Chromium', () => {
  beforeAll(() => setBackend('cpu'));

  it.each(Object.entries(IMAGES.files.png))(
    'PNG as PIL, to the bit: %s',
    async (_, { file, rgb }) => {
      const { channels, data } = await decodePNG(bytesOf(file));
      const expected = bytesOf(rgb);
      for (let i = 0; i < expected.length; i++)
        expect(data[Math.floor(i / 3) * channels + (channels < 3 ? 0 : i % 3)]).toBe(expected[i]);
    },
  );

  it('PNG with bytes behind the compressed data, which DecompressionStream refuses', async () => {
    const { width, height, data } = await decodePNG(bytesOf(WITH_BYTES_BEHIND));
    expect([width, height]).toEqual([2, 1]);
    expect([...data]).toEqual([7, 9]);
  });

  it.each(['4:2:0', 'progressive', 'grey'])('JPEG with stray bytes: %s', async (name) => {
    const clean = bytesOf(IMAGES.files.jpeg[name]!.file);
    const expected = await decodeJPEGInBrowser(clean);
    const scan = clean.findIndex((byte, i) => byte === 0xff && clean[i + 1] === 0xda);
    for (const at of [2, scan, clean.length - 2]) {
      const stray = [...clean.subarray(0, at), 1, 2, 3, 4, 5, ...clean.subarray(at)];
      const { warning, ...image } = await decodeJPEGInBrowser(Uint8Array.from(stray));
      expect(image).toEqual(expected);
      if (at < clean.length - 2) expect(warning).toMatch(/^5 bytes between its segments/);
    }
  });

  it.each(Object.entries(IMAGES.files.jpeg))('JPEG as PIL: %s', async (_, { file, size, rgb }) => {
    const { width, height, channels, data } = await decodeJPEGInBrowser(bytesOf(file));
    expect([width, height, channels]).toEqual([...size, 4]);
    const got = data.filter((_, i) => i % 4 < 3);
    expect(got).toBeAllclose(bytesOf(rgb), { rtol: 0, atol: JPEG_TOLERANCE });
  });

  it('reads pairs from files, and names what it cannot read', async () => {
    const [{ file, load, crop, values }] = IMAGES.samples as [(typeof IMAGES.samples)[0]];
    const jpeg = IMAGES.files.jpeg['4:2:0']!.file;
    const files = [
      fileOf('2.png', file),
      fileOf('1.jpg', jpeg.slice(0, 400)),
      fileOf('readme.txt', ''),
    ];
    const options = { files, load: load!, crop: load!, flip: false, shuffle: false };
    await expect(pairedImages(options).batch(0)).rejects.toThrow(
      /pairedImages: `1.jpg` must be an image that can be read. Received: "the file ends too early"/,
    );
    const set = pairedImages({ ...options, onCorrupt: 'skip' });
    expect(set.files).toEqual(['1.jpg', '2.png']);
    const { a, b } = await set.batch(0, 2);
    expect([...set.skipped]).toEqual([['1.jpg', 'the file ends too early']]);
    expect(a.shape).toEqual([2, load, load, 3]);
    // the fixture's crop begins at (2, 1) and is flipped
    const row = (one: number[], y: number) =>
      Array.from({ length: crop }, (_, x) => {
        const at = ((1 + y) * load! + 2 + (crop - 1 - x)) * 3;
        return one.slice(at, at + 3);
      }).flat();
    for (const [i, one] of [await bytes(a), await bytes(b)].entries())
      for (let y = 0; y < crop; y++)
        expect(row(one, y)).toEqual(toBytes(values[i]!).slice(3 * crop * y, 3 * crop * (y + 1)));
    [a, b].forEach((each) => each.dispose());
  });

  it('reads two domains, of JPEG and PNG, from what an input gives', async () => {
    const transfer = new (globalThis as unknown as Page).DataTransfer();
    for (const [name, one] of Object.entries(IMAGES.files.jpeg))
      transfer.items.add(fileOf(`${name.replaceAll(':', '')}.JPG`, one.file));
    const filesB = [fileOf('b.png', IMAGES.files.png['rgb 8']!.file)];
    const set = unpairedImages({
      filesA: transfer.files,
      filesB,
      load: 20,
      crop: 16,
      channelsB: 1,
    });
    expect(set.length).toBe(7);
    const { a, b } = await set.batch(3, 2);
    expect([a.shape, b.shape]).toEqual([[2, 16, 16, 3], [2, 16, 16, 1]]); // prettier-ignore
    expect(new Set(await bytes(a)).size).toBeGreaterThan(50);
    [a, b].forEach((each) => each.dispose());
  });
});
