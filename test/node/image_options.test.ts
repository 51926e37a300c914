import { memory } from '@tensorflow/tfjs-core';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pairedImages as pairedFiles } from '../../src/io/images/paired_images.js';
import { unpairedImages as unpairedFiles } from '../../src/io/images/unpaired_images.js';
import { folderImages } from '../../src/node/images/folder_images.js';
import { pairedImages } from '../../src/node/images/paired_folder.js';
import { encodePNG } from '../../src/node/images/png.js';
import { trainingImages } from '../../src/node/images/training_images.js';
import { unpairedImages } from '../../src/node/images/unpaired_folder.js';
import { useBackend } from '../helpers/backends.js';
import { IMAGES, bytesOf } from '../io/images/image_fixture.js';

let root = '';
beforeAll(async () => {
  await useBackend('cpu');
  root = mkdtempSync(join(tmpdir(), 'gan-kit-options-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function folder(name: string, files: Readonly<Record<string, Uint8Array>>): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
  return path;
}
const plain = (width: number, height: number, pixel: readonly number[] = [90]) =>
  encodePNG({
    ...{ width, height, channels: pixel.length as 1 | 2 | 3 | 4 },
    data: Uint8Array.from({ length: width * height * pixel.length }, (_, i) => pixel[i % pixel.length]!), // prettier-ignore
  });

/** A grey PNG of 16 bits. */
function deepPNG(width: number, values: readonly number[]): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const frame = Buffer.alloc(12 + data.length);
    frame.writeUInt32BE(data.length, 0);
    frame.write(type, 4, 'latin1');
    frame.set(data, 8);
    frame.writeUInt32BE(crc32(frame.subarray(4, 8 + data.length)), 8 + data.length);
    return frame;
  };
  const height = values.length / width;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([16, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + 2 * width));
  values.forEach((value, i) =>
    rows.writeUInt16BE(value, Math.floor(i / width) * (1 + 2 * width) + 1 + 2 * (i % width)),
  );
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const parts = [signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]; // prettier-ignore
  return Buffer.concat(parts);
}

describe('sizes of image data sets', () => {
  const pairs = () => folder('pairs', { '1.png': plain(46, 14), '2.png': plain(80, 40) });
  const shapes = async (options: object, k = 0) => {
    const set = await pairedImages({ folder: pairs(), shuffle: false, ...options });
    const { a, b } = await set.batch(k);
    [a, b].forEach((one) => one.dispose());
    expect(a.shape).toEqual(b.shape);
    return a.shape.slice(1, 3);
  };

  it.each<[string, object, [number, number], [number, number]]>([
    ['a rectangle', { load: [30, 40], crop: [24, 32] }, [24, 32], [24, 32]],
    ['a rectangle alone', { crop: [64, 128] }, [64, 128], [64, 128]],
    ['crop', { preprocess: 'crop', crop: [10, 20] }, [10, 20], [10, 20]],
    ['no load', { load: false, crop: [10, 20] }, [10, 20], [10, 20]],
    ['scale_width', { preprocess: 'scale_width', load: 30, crop: 12 }, [18, 30], [30, 30]],
    ['scale_width, least height', { preprocess: 'scale_width', load: 30, crop: 24 }, [24, 30], [30, 30]], // prettier-ignore
    ['scale_width_and_crop', { preprocess: 'scale_width_and_crop', load: 30, crop: [12, 16] }, [12, 16], [12, 16]], // prettier-ignore
    ['none', { preprocess: 'none' }, [16, 24], [40, 40]], // 23 × 14, of which 14 / 4 rounds to even
  ])('%s', async (_, options, first, second) => {
    expect(await shapes(options)).toEqual(first);
    expect(await shapes(options, 1)).toEqual(second);
  });

  it('of unpaired images and of those for a GAN, in folders and files', async () => {
    const [folderA, folderB] = [folder('wide', { 'a.png': plain(40, 20) }), folder('high', { 'b.png': plain(20, 36) })]; // prettier-ignore
    const whole = { preprocess: 'none' } as const;
    const filesA = [new File([plain(40, 20)], 'a.png')];
    const filesB = [new File([plain(20, 36)], 'b.png')];
    for (const set of [
      await unpairedImages({ folderA, folderB, ...whole }),
      unpairedFiles({ filesA, filesB, ...whole }),
    ]) {
      const { a, b } = await set.batch(0);
      expect([a.shape, b.shape]).toEqual([[1, 20, 40, 3], [1, 36, 20, 3]]); // prettier-ignore
      [a, b].forEach((one) => one.dispose());
    }
    const { real } = await (await trainingImages({ folder: folderA, crop: [8, 16] })).batch(0, 2);
    expect(real.shape).toEqual([2, 8, 16, 3]);
    real.dispose();
    const scored = await folderImages({ folder: folderB, size: [6, 9] });
    for await (const batch of scored) {
      expect(batch.shape).toEqual([1, 6, 9, 3]);
      batch.dispose();
    }
  });

  it('that differ make no batch, and leave no tensor', async () => {
    const set = await pairedImages({ folder: pairs(), preprocess: 'none', shuffle: false });
    const before = memory().numTensors;
    await expect(set.batch(0, 2)).rejects.toThrow(
      /^pairedImages.batch: `size` must be 1 where images differ in size. Received: "2, with images of 24 × 16 and 40 × 40"/,
    );
    expect(memory().numTensors).toBe(before);
  });

  it.each<[string, object, RegExp]>([
    ['a name', { preprocess: 'resize' }, /`preprocess` must be one of 'resize_and_crop', 'crop'/],
    ['load that is not used', { preprocess: 'none', load: 9 }, /`load` must be left out with preprocess 'none'/], // prettier-ignore
    ['crop that is not used', { preprocess: 'none', crop: 9 }, /`crop` must be left out/],
    ['a rectangle as width', { preprocess: 'scale_width', load: [3, 4] }, /`load` must be an integer >= 1/], // prettier-ignore
    ['three sides', { crop: [3, 4, 5] }, /`crop` must be a number or \[height, width\]/],
    ['half a pixel', { crop: [3, 4.5] }, /`crop\[1\]` must be an integer >= 1/],
    ['load below crop', { crop: [9, 20], load: [20, 9] }, /`load\[1\]` must be an integer >= 20/],
    ['a square below it', { crop: [9, 20], load: 19 }, /`load` must be an integer >= 20/],
    ['width below crop', { preprocess: 'scale_width_and_crop', crop: 20, load: 19 }, /`load` must be an integer >= 20/], // prettier-ignore
    ['beyond reason', { load: 1e9 }, /`load` must be an integer >= 256 and <= 16384/],
    ['alpha', { alpha: 'yes' }, /`alpha` must be one of 'drop', 'keep', 'white', 'black'/],
    ['bits', { bits: 17 }, /`bits` must be an integer >= 8 and <= 16/],
  ])('refuses %s', async (_, options, message) => {
    await expect(pairedImages({ folder: pairs(), ...options })).rejects.toThrow(message);
  });
});

describe('alpha and 16 bits of image data sets', () => {
  const bytes = (values: ArrayLike<number>) =>
    Array.from(values, (value) => Math.round((value + 1) * 127.5));

  it('alpha is dropped, kept or laid over', async () => {
    const path = folder('clear', { '1.png': plain(8, 4, [200, 100, 50, 51]) });
    const file = new File([plain(8, 4, [200, 100, 50, 51])], '1.png');
    const small = { load: 4, crop: 4 } as const;
    const expected = {
      ...{ drop: [200, 100, 50], keep: [200, 100, 50, 51] },
      ...{ white: [244, 224, 214], black: [40, 20, 10] },
    };
    for (const alpha of ['drop', 'keep', 'white', 'black'] as const)
      for (const set of [
        await pairedImages({ ...small, folder: path, alpha }),
        pairedFiles({ ...small, files: [file], alpha }),
      ]) {
        const { a, b } = await set.batch(0);
        const pixel = expected[alpha];
        expect(a.shape).toEqual([1, 4, 4, pixel.length]);
        expect(bytes(await a.data()).slice(0, pixel.length)).toEqual(pixel);
        [a, b].forEach((one) => one.dispose());
        const images = await folderImages({ folder: path, alpha });
        for await (const batch of images) {
          expect(batch.shape).toEqual([1, 4, 8, pixel.length]);
          expect(bytes(await batch.data()).slice(0, pixel.length)).toEqual(pixel);
          batch.dispose();
        }
      }
  });

  it('values of 12 bits are kept if asked, and are nearly black if not', async () => {
    const path = folder('deep', { '1.png': deepPNG(2, [0, 1365, 2730, 4095]) });
    const small = { folder: path, load: 2, crop: 2, channels: 1 } as const;
    const read = async (bits?: number) => {
      const { real } = await (await trainingImages({ ...small, ...(bits && { bits }) })).batch(0);
      const values = Array.from(await real.data());
      real.dispose();
      return values;
    };
    expect(bytes(await read())).toEqual([0, 5, 10, 15]);
    expect(await read(12)).toBeAllclose([-1, -1 / 3, 1 / 3, 1], { rtol: 0, atol: 1e-6 });
    expect(await read(16)).toBeAllclose([-1, -0.958343, -0.916686, -0.875029], { rtol: 0, atol: 1e-6 }); // prettier-ignore
    await expect(read(11)).rejects.toThrow(/1.png.*a sample of 2730, above the 2047 of 11 bits/);
    const scored = await folderImages({ folder: path, channels: 1, bits: 12, range: [0, 1] });
    for await (const batch of scored) {
      expect(await batch.data()).toBeAllclose([0, 1 / 3, 2 / 3, 1], { rtol: 0, atol: 1e-6 });
      batch.dispose();
    }
  });

  it('a file that is read with a warning is told of', async () => {
    const jpeg = bytesOf(IMAGES.files.jpeg['4:2:0']!.file);
    const stray = Uint8Array.of(...jpeg.subarray(0, 2), 1, 2, 3, ...jpeg.subarray(2));
    const path = folder('warned', { '1.jpg': stray, '2.jpg': jpeg });
    const set = await trainingImages({ folder: path, crop: 8 });
    (await set.batch(0, 2)).real.dispose();
    const warning = '3 bytes between its segments belong to none and were passed over';
    expect([...set.warnings]).toEqual([[join(path, '1.jpg'), warning]]);
    expect(set.skipped.size).toBe(0);
    const images = await folderImages({ folder: path });
    for await (const batch of images) batch.dispose();
    expect([...images.warnings]).toEqual([...set.warnings]);
  });
});
