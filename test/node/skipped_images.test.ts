import type { Tensor4D } from '@tensorflow/tfjs-core';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageBatch, ImageDataSet } from '../../src/io/images/image_data_set.js';
import type { ImageSetOptions } from '../../src/io/images/image_set_options.js';
import { pairedImages as pairedFiles } from '../../src/io/images/paired_images.js';
import { pairedImages } from '../../src/node/images/paired_folder.js';
import { encodePNG } from '../../src/node/images/png.js';
import { unpairedImages } from '../../src/node/images/unpaired_folder.js';
import { useBackend } from '../helpers/backends.js';

let root = '';
beforeAll(async () => {
  await useBackend('cpu');
  root = mkdtempSync(join(tmpdir(), 'gan-kit-skipped-'));
});
afterAll(() => rmSync(root, { recursive: true }));

const plain = (value: number, side = 4) =>
  encodePNG({
    ...{ width: 2 * side, height: side, channels: 1 },
    data: new Uint8Array(2 * side * side).fill(value),
  });

/** `good` images of the values 0, 1, 2 …, and beside the first of them some of which none can be read. */
function folderOf(name: string, good: number, bad: number): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (let i = 0; i < good; i++)
    writeFileSync(join(folder, `${String(i).padStart(2, '0')}.png`), plain(i));
  for (let i = 0; i < bad; i++) {
    const file = join(folder, `${String(i % 10).padStart(2, '0')}-bad-${i}.png`);
    writeFileSync(file, i === 0 ? plain(200, 1) : Uint8Array.of(i, 1, 2)); // the first is too small
  }
  return folder;
}

const OPTIONS: ImageSetOptions = {
  ...{ load: false, crop: 4, channelsA: 1, channelsB: 1 },
  ...{ onCorrupt: 'skip', prefetch: false, seed: 5 },
};

const values = async (images: Tensor4D) => {
  const size = images.size / images.shape[0];
  const data = await images.data();
  images.dispose();
  return Array.from({ length: images.shape[0] }, (_, i) => Math.round((data[i * size]! + 1) * 127.5)); // prettier-ignore
};
async function seen(set: ImageDataSet<unknown>, samples: number, size = 1, from = 0) {
  const found = { a: [] as number[], b: [] as number[] };
  for (let k = from; k < from + samples / size; k++) {
    const { a, b }: ImageBatch = await set.batch(k, size);
    found.a.push(...(await values(a)));
    found.b.push(...(await values(b)));
  }
  return found;
}
/** How often each value comes. */
const counts = (list: readonly number[]) =>
  [...new Set(list)].sort((x, y) => x - y).map((v) => list.filter((w) => w === v).length);

describe('files that are skipped', () => {
  it.each([true, false])(
    'leave all others equally often in pairs, shuffled: %s',
    async (shuffle) => {
      const folder = folderOf(`pairs-${shuffle}`, 20, 20);
      const set = await pairedImages({ ...OPTIONS, folder, shuffle });
      const { a } = await seen(set, 200, 4);
      expect(counts(a)).toEqual(Array(20).fill(10));
      expect(set.length).toBe(20);
      expect(set.skipped.size).toBe(20);
      for (let epoch = 0; epoch < 10; epoch++)
        expect(new Set(a.slice(20 * epoch, 20 * epoch + 20)).size).toBe(20);
      const ups = a.slice(0, 20).filter((value, i) => i > 0 && value === a[i - 1]! + 1).length;
      if (shuffle) expect(ups).toBeLessThan(8);
      else expect(ups).toBe(19);
    },
  );

  it.each([true, false])(
    'leave all others equally often in two domains, shuffled: %s',
    async (shuffle) => {
      const folderA = folderOf(`a-${shuffle}`, 20, 20);
      const folderB = folderOf(`b-${shuffle}`, 10, 20);
      const set = await unpairedImages({ ...OPTIONS, folderA, folderB, shuffle });
      const { a, b } = await seen(set, 400, 4);
      expect(counts(a)).toEqual(Array(20).fill(20));
      const ofB = counts(b);
      expect(ofB).toHaveLength(10);
      // drawn: 40 each, three and a half deviations of 6
      const spread = shuffle ? 21 : 0;
      expect(Math.max(...ofB.map((count) => Math.abs(count - 40)))).toBeLessThanOrEqual(spread);
      expect([set.length, set.skipped.size]).toEqual([20, 40]);
    },
  );

  it('leave sample n a function of the seed and n, whatever was asked for before', async () => {
    const folder = folderOf('resumed', 7, 9);
    const [folderA, folderB] = [folderOf('resumed-a', 5, 6), folderOf('resumed-b', 8, 3)];
    const openings = [
      () => pairedImages({ ...OPTIONS, folder }),
      () => unpairedImages({ ...OPTIONS, folderA, folderB }),
      () => unpairedImages({ ...OPTIONS, folderA, folderB, shuffle: false }),
    ] as const;
    for (const open of openings) {
      const straight = await seen(await open(), 40, 2);
      for (const from of [19, 3, 11, 0, 2]) {
        const resumed = await seen(await open(), 2, 2, from);
        expect(resumed.a).toEqual(straight.a.slice(2 * from, 2 * from + 2));
        expect(resumed.b).toEqual(straight.b.slice(2 * from, 2 * from + 2));
      }
      const atOnce = await open();
      const batches = await Promise.all([3, 0, 9].map((k) => atOnce.batch(k, 2)));
      for (const [i, k] of [3, 0, 9].entries())
        expect(await values(batches[i]!.a)).toEqual(straight.a.slice(2 * k, 2 * k + 2));
      batches.forEach(({ b }) => b.dispose());
    }
  });

  it('may turn bad while a run goes on', async () => {
    const folder = folderOf('deleted', 4, 1);
    const set = await pairedImages({ ...OPTIONS, folder, shuffle: false });
    expect((await seen(set, 4)).a).toEqual([0, 1, 2, 3]);
    writeFileSync(join(folder, '02.png'), 'gone');
    expect((await seen(set, 6, 1, 4)).a).toEqual([0, 1, 0, 1, 3, 0]);
    expect([set.length, set.skipped.size]).toEqual([3, 2]);
  });

  it("are a user's too", async () => {
    const files = Array.from({ length: 12 }, (_, i) => {
      const content = i % 3 === 2 ? Uint8Array.of(i) : plain(i);
      return new File([content], `${String(i).padStart(2, '0')}.png`);
    });
    const { a } = await seen(pairedFiles({ ...OPTIONS, files }), 32, 4);
    expect(counts(a)).toEqual(Array(8).fill(4));
  });
});
