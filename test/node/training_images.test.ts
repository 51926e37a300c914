import { memory } from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageDataSet } from '../../src/io/images/image_data_set.js';
import { trainingImages as trainingFiles } from '../../src/io/images/training_images.js';
import type { RealBatch } from '../../src/io/images/training_set.js';
import { encodePNG, savePNG } from '../../src/node/images/png.js';
import { trainingImages } from '../../src/node/images/training_images.js';
import { useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

const SIDE = 6;
/** A picture of 10 n, 10 n + 1 … in each row. */
const picture = (n: number) => ({
  ...({ width: SIDE, height: SIDE, channels: 1 } as const),
  data: Uint8Array.from({ length: SIDE * SIDE }, (_, i) => 10 * n + (i % SIDE)),
});
const COUNT = 11;

let folder = '';
beforeAll(async () => {
  await useBackend('cpu');
  folder = mkdtempSync(join(tmpdir(), 'gan-kit-training-'));
  for (let n = 0; n < COUNT; n++) await savePNG(join(folder, `${n}.png`), picture(n));
});
afterAll(() => rmSync(folder, { recursive: true }));

const files = () =>
  Array.from({ length: COUNT }, (_, n) => new File([encodePNG(picture(n))], `${n}.png`));

const SMALL = { crop: SIDE, channels: 1, seed: 3 } as const;
const firsts = async (set: ImageDataSet<unknown, RealBatch>, k: number, size: number) => {
  const { real } = await set.batch(k, size);
  const bytes = Array.from(await real.data(), (value) => Math.round((value + 1) * 127.5));
  const each = bytes.length / size;
  real.dispose();
  return Array.from({ length: size }, (_, i) => bytes[i * each]!);
};

describe('trainingImages', () => {
  it('gives batches of real images, each once an epoch, as a function of seed and number', async () => {
    const set = await trainingImages({ ...SMALL, folder });
    expect(set.length).toBe(COUNT);
    const { real, ...others } = await set.batch(0, 4);
    expect([real.shape, Object.keys(others)]).toEqual([[4, SIDE, SIDE, 1], []]);
    real.dispose();
    const order: number[] = [];
    for (let k = 0; k < 6; k++) order.push(...(await firsts(set, k, 4)));
    const sorted = (epoch: number) =>
      order.slice(COUNT * epoch, COUNT * (epoch + 1)).sort((a, b) => a - b);
    const all = Array.from({ length: COUNT }, (_, n) => 10 * n);
    expect([sorted(0), sorted(1)]).toEqual([all, all]);
    expect(order.slice(0, COUNT)).not.toEqual(all);
    expect(order.slice(0, COUNT)).not.toEqual(order.slice(COUNT, 2 * COUNT));
    const resumed = await trainingImages({ ...SMALL, folder });
    expect(await firsts(resumed, 4, 4)).toEqual(order.slice(16, 20));
    const other = await trainingImages({ ...SMALL, folder, seed: 4 });
    expect(await firsts(other, 0, COUNT)).not.toEqual(order.slice(0, COUNT));
    const still = await trainingImages({ ...SMALL, folder, shuffle: false });
    expect(await firsts(still, 0, 4)).toEqual([0, 10, 100, 20]); // by name
  });

  it("gives the same of a user's files", async () => {
    const [one, other] = [await trainingImages({ ...SMALL, folder }), trainingFiles({ ...SMALL, files: files() })]; // prettier-ignore
    for (let k = 0; k < 3; k++) expect(await firsts(other, k, 4)).toEqual(await firsts(one, k, 4));
    expect(other.files).toContain('10.png');
  });

  it('has the sizes of DCGAN by default, whole images, and mirrors only if asked', async () => {
    const plain = await trainingImages({ folder, channels: 1 });
    const { real } = await plain.batch(0);
    expect(real.shape).toEqual([1, 64, 64, 1]);
    real.dispose();
    const flips = async (flip: boolean) => {
      const set = await trainingImages({ ...SMALL, folder, flip });
      const values = [...(await firsts(set, 0, 40))];
      return values.filter((value) => value % 10 !== 0).length;
    };
    expect(await flips(false)).toBe(0);
    expect(Math.abs((await flips(true)) - 20)).toBeLessThan(10);
  });

  it('holds no tensors, and refuses what is wrong', async () => {
    const set = await trainingImages({ ...SMALL, folder });
    const before = memory().numTensors;
    await expectNoLeak(async () => void (await firsts(set, 0, 3)), 10);
    expect(memory().numTensors).toBe(before);
    const refused = (options: object) => expect(trainingImages({ folder, ...options })).rejects;
    await refused({ channels: 4 }).toThrow(/^trainingImages: `channels` must be 1 or 3/);
    await refused({ channelsA: 3 }).toThrow(/with the keys folder, preprocess, load/);
    await refused({ folder: 'nowhere' }).toThrow(/`folder` must be a folder that exists/);
    expect(() => trainingFiles({ files: [] })).toThrow(/^trainingImages: `files` must be files/);
  });
});
