import { memory } from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderImages } from '../../src/node/images/folder_images.js';
import type { FolderImagesOptions } from '../../src/node/images/folder_images.js';
import { savePNG } from '../../src/node/images/png.js';
import { useBackend } from '../helpers/backends.js';

const root = mkdtempSync(join(tmpdir(), 'gan-kit-images-'));
afterAll(() => rmSync(root, { recursive: true }));

const grey = (name: string, values: number[], width: number) =>
  savePNG(join(root, name), {
    ...{ width, height: values.length / width, channels: 1 },
    data: Uint8Array.from(values),
  });

async function read(options: Omit<FolderImagesOptions, 'folder'> & { folder?: string }) {
  const images = await folderImages({ folder: join(root, 'mixed'), ...options });
  const batches: { shape: number[]; values: number[] }[] = [];
  for await (const batch of images) {
    batches.push({ shape: batch.shape, values: [...(await batch.data())] });
    batch.dispose();
  }
  return { batches, images };
}

describe('folderImages', () => {
  beforeAll(async () => {
    await useBackend('cpu');
    await grey('mixed/a.png', [0, 255, 51, 102], 2);
    await grey('mixed/deep/d.png', [10, 20, 30, 40], 2);
    await grey('mixed/b.png', [255, 255, 255, 0], 2);
    await grey('mixed/c.png', [1, 2, 3], 3);
    writeFileSync(join(root, 'mixed', 'notes.txt'), 'not an image');
    await grey('broken/a.png', [7], 1);
    writeFileSync(join(root, 'broken', 'b.png'), 'not a PNG');
    await grey('broken/c.png', [8], 1);
  });

  it('every image once, in order, in batches of one size', async () => {
    const before = memory().numTensors;
    const { batches } = await read({ channels: 1, range: [0, 255] });
    expect(batches).toEqual([
      { shape: [2, 2, 2, 1], values: [0, 255, 51, 102, 255, 255, 255, 0] },
      { shape: [1, 1, 3, 1], values: [1, 2, 3] },
      { shape: [1, 2, 2, 1], values: [10, 20, 30, 40] },
    ]);
    expect(memory().numTensors).toBe(before);
  });

  it('as RGB in [−1, 1], if nothing else is said, and in batches as large as is asked', async () => {
    const { batches, images } = await read({ batchSize: 1 });
    expect(batches.map(({ shape }) => shape)).toEqual([
      [1, 2, 2, 3],
      [1, 2, 2, 3],
      [1, 1, 3, 3],
      [1, 2, 2, 3],
    ]);
    expect(batches[0]!.values).toBeAllclose(
      [-1, -1, -1, 1, 1, 1, -0.6, -0.6, -0.6, -0.2, -0.2, -0.2],
      { rtol: 1e-6, atol: 1e-6 },
    );
    expect(images.names.map((name) => name.slice(root.length + 1))).toEqual([
      ...['mixed/a.png', 'mixed/b.png', 'mixed/c.png', 'mixed/deep/d.png'],
    ]);
  });

  it('of one size, and as often as they are asked for', async () => {
    const images = await folderImages({ folder: join(root, 'mixed'), size: 4, channels: 1 });
    for (let pass = 0; pass < 2; pass++)
      for await (const batch of images) {
        expect(batch.shape).toEqual([4, 4, 4, 1]);
        batch.dispose();
      }
  });

  it('a broken file is refused by name, or passed over', async () => {
    const folder = join(root, 'broken');
    await expect(read({ folder })).rejects.toThrow(
      /folderImages: `.*broken\/b\.png` must be an image that can be read.*neither a PNG nor a JPEG/,
    );
    const { batches, images } = await read({
      ...{ folder, channels: 1, range: [0, 255], onCorrupt: 'skip' },
    });
    expect(batches.map(({ values }) => values)).toEqual([[7, 8]]);
    expect([...images.skipped].map(([name]) => name)).toEqual([join(folder, 'b.png')]);
  });

  it.each([
    [{ folder: 'nowhere' }, /`folder` must be a folder that exists/],
    [{ batchSize: 0 }, /`batchSize` must be an integer >= 1/],
    [{ channels: 4 }, /`channels` must be 1 or 3/],
    [{ size: 1.5 }, /`size` must be an integer/],
    [{ range: [0] }, /`range` must be a pair/],
    [{ onCorrupt: 'ignore' }, /`onCorrupt` must be one of/],
    [{ side: 4 }, /Received: "side"/],
  ])('refuses %o', async (options, message) => {
    await expect(read(options as never)).rejects.toThrow(message);
  });
});
