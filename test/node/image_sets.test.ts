import { memory } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageDataSet } from '../../src/io/images/image_data_set.js';
import { pairedImages as pairedFiles } from '../../src/io/images/paired_images.js';
import { pairedImages } from '../../src/node/images/paired_folder.js';
import { encodePNG } from '../../src/node/images/png.js';
import { unpairedImages } from '../../src/node/images/unpaired_folder.js';
import { useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { IMAGES, bytesOf } from '../io/images/image_fixture.js';

let root = '';
beforeAll(async () => {
  await useBackend('cpu');
  root = mkdtempSync(join(tmpdir(), 'gan-kit-images-'));
});
afterAll(() => rmSync(root, { recursive: true }));

/** Makes a folder with these files; `'dir/'` names a folder. */
function folder(name: string, files: Readonly<Record<string, Uint8Array>>): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  for (const [file, bytes] of Object.entries(files)) {
    mkdirSync(join(path, file, '..'), { recursive: true });
    writeFileSync(join(path, file), bytes);
  }
  return path;
}

/** A grey PNG: `value` in the left half, `value` + 100 in the right one. */
const pair = (value: number, width = 8, height = 4) =>
  encodePNG({
    width,
    height,
    channels: 1,
    data: Uint8Array.from({ length: width * height }, (_, i) =>
      i % width < width / 2 ? value : value + 100,
    ),
  });
/** An image of one value. */
const plain = (value: number, side = 4) =>
  encodePNG({
    width: side,
    height: side,
    channels: 1,
    data: new Uint8Array(side * side).fill(value),
  });
/** An image of 0, 1, 2 … with its place in it, twice side by side, the right one 100 higher. */
const ramp = (side: number) =>
  encodePNG({
    width: 2 * side,
    height: side,
    channels: 1,
    data: Uint8Array.from({ length: 2 * side * side }, (_, i) => {
      const x = i % (2 * side);
      return Math.floor(i / (2 * side)) * side + (x % side) + (x < side ? 0 : 100);
    }),
  });

const SMALL = { load: 4, crop: 4, channelsA: 1, channelsB: 1 } as const;
const sixteen = (value: number) => Array<number>(16).fill(value);
const toBytes = async (one: Tensor) =>
  Array.from(await one.data(), (value) => Math.round((value + 1) * 127.5));

/** The bytes of a batch. */
async function bytesOfBatch(set: ImageDataSet<unknown>, k: number, size?: number) {
  const { a, b } = await set.batch(k, size);
  const bytes = { a: await toBytes(a), b: await toBytes(b) };
  [a, b].forEach((one) => one.dispose());
  return bytes;
}
/** The first byte of each sample of domain A, or B, in batches of one. */
async function firstBytes(set: ImageDataSet<unknown>, count: number, domain: 'a' | 'b' = 'a') {
  const found: number[] = [];
  for (let k = 0; k < count; k++) found.push((await bytesOfBatch(set, k))[domain][0]!);
  return found;
}

describe('pairedImages', () => {
  const five = () =>
    folder('five', Object.fromEntries([0, 1, 2, 3, 4].map((i) => [`${i}.png`, pair(10 * i)])));

  it('cuts each file into its halves', async () => {
    const options = { ...SMALL, folder: five(), shuffle: false, flip: false };
    const set = await pairedImages(options);
    expect(set.length).toBe(5);
    expect(set.files).toEqual([0, 1, 2, 3, 4].map((i) => join(root, 'five', `${i}.png`)));
    const { a, b } = await set.batch(1, 2);
    expect([a.shape, b.shape]).toEqual([[2, 4, 4, 1], [2, 4, 4, 1]]); // prettier-ignore
    expect(await toBytes(a)).toEqual([...sixteen(20), ...sixteen(30)]);
    expect(await toBytes(b)).toEqual([...sixteen(120), ...sixteen(130)]);
    const other = await pairedImages({ ...options, direction: 'b-to-a', channelsA: 3 });
    const turned = await other.batch(0);
    expect(turned.a.shape).toEqual([1, 4, 4, 3]);
    expect(await toBytes(turned.a)).toEqual(Array(48).fill(100));
    expect(await toBytes(turned.b)).toEqual(Array(16).fill(0));
    [a, b, turned.a, turned.b].forEach((one) => one.dispose());
  });

  it('shows each file once an epoch, in a new order, whatever the size of batches', async () => {
    const open = (seed: number) => pairedImages({ ...SMALL, folder: five(), seed });
    const order = await firstBytes(await open(3), 15);
    for (const epoch of [0, 5, 10])
      expect(order.slice(epoch, epoch + 5).sort((x, y) => x - y)).toEqual([0, 10, 20, 30, 40]);
    expect(order.slice(0, 5)).not.toEqual(order.slice(5, 10));
    const inThrees: number[] = [];
    const set = await open(3);
    for (let k = 0; k < 5; k++) {
      const { a } = await bytesOfBatch(set, k, 3);
      inThrees.push(a[0]!, a[16]!, a[32]!);
    }
    expect(inThrees).toEqual(order);
    expect(await firstBytes(await open(4), 15)).not.toEqual(order);
  });

  it('is a function of seed and k: asked for in any order, with and without reading ahead', async () => {
    const path = folder('ramps', { 'a.png': ramp(10), 'b.png': ramp(9) });
    const open = (prefetch: boolean) =>
      pairedImages({ folder: path, load: false, crop: 5, channelsA: 1, seed: 7, prefetch });
    const [straight, jumping] = [await open(true), await open(false)];
    const batches = [];
    for (let k = 0; k < 8; k++) batches.push(await bytesOfBatch(straight, k, 2));
    for (const k of [5, 0, 7, 0, 3]) expect(await bytesOfBatch(jumping, k, 2)).toEqual(batches[k]);
    expect(new Set(batches.map(({ a }) => a.join())).size).toBe(8);
    const [one, again] = await Promise.all([straight.batch(2, 2), straight.batch(2, 2)]);
    expect(await toBytes(one.a)).toEqual(batches[2]!.a);
    expect(await toBytes(again.b)).toEqual(batches[2]!.b);
    [one, again].forEach(({ a, b }) => [a, b].forEach((each) => each.dispose()));
  });

  it('crops and flips both halves alike, everywhere and half of the time', async () => {
    const path = folder('ramp', { 'one.png': ramp(6) });
    const set = await pairedImages({ ...SMALL, folder: path, load: false, crop: 4, seed: 1 });
    const places = new Map<string, number>();
    let flips = 0;
    for (let k = 0; k < 200; k++) {
      const { a, b } = await bytesOfBatch(set, k);
      expect(b).toEqual(a.map((value) => value + 100));
      const flipped = a[0]! > a[1]!;
      if (flipped) flips++;
      const corner = flipped ? a[3]! : a[0]!;
      const place = `${corner % 6},${Math.floor(corner / 6)}`;
      places.set(place, (places.get(place) ?? 0) + 1);
      for (let y = 0; y < 4; y++)
        for (let x = 0; x < 4; x++)
          expect(a[4 * y + (flipped ? 3 - x : x)]).toBe(corner + 6 * y + x);
    }
    expect(Math.abs(flips - 100)).toBeLessThan(22); // three deviations
    expect(places.size).toBe(9);
    expect(Math.max(...places.values())).toBeLessThan(39); // 22 each; 14 more is three deviations
    const still = await pairedImages({ ...SMALL, folder: path, load: 6, crop: 6, flip: false });
    expect((await bytesOfBatch(still, 3)).a).toEqual(Array.from({ length: 36 }, (_, i) => i));
  });

  it('finds images as the reference code does', async () => {
    const path = folder('tree', {
      'b.png': plain(1),
      'B.PNG': plain(2),
      'a.Jpeg': bytesOf(IMAGES.files.jpeg['4:4:4']!.file),
      'a/z.png': plain(3),
      'a-1.png': plain(4),
      'a/deep/er.jpg': plain(5), // a PNG by its content
      'notes.txt': new Uint8Array(3),
      png: plain(6), // no extension
      '.hidden.png': plain(7),
    });
    const other = folder('elsewhere', { 'linked.png': plain(8), 'x.png': plain(9) });
    symlinkSync(join(other, 'linked.png'), join(path, 'link.png'));
    symlinkSync(other, join(path, 'folder.png')); // os.walk does not follow it
    symlinkSync(path, join(path, 'a', 'circle'));
    const { files } = await unpairedImages({ ...SMALL, folderA: path, folderB: other });
    const names = ['.hidden.png', 'B.PNG', 'a-1.png', 'a.Jpeg', 'a/deep/er.jpg', 'a/z.png', 'b.png', 'link.png']; // prettier-ignore
    expect(files.a).toEqual(names.map((name) => join(path, name)));
    expect(files.b).toEqual(['linked.png', 'x.png'].map((name) => join(other, name)));
  });

  it('holds no tensors', async () => {
    const set = await pairedImages({ ...SMALL, folder: five() });
    const before = memory().numTensors;
    let k = 0;
    await expectNoLeak(() => bytesOfBatch(set, k++, 2), 10);
    expect(memory().numTensors).toBe(before);
  });
});

describe('unpairedImages', () => {
  const domains = () => ({
    folderA: folder('domainA', { '0.png': plain(0), '1.png': plain(1), '2.png': plain(2) }),
    folderB: folder(
      'domainB',
      Object.fromEntries([0, 1, 2, 3, 4, 5, 6].map((i) => [`${i}.png`, plain(100 + i)])),
    ),
  });

  it('goes through A and draws from B', async () => {
    const set = await unpairedImages({ ...SMALL, ...domains(), seed: 2 });
    expect(set.length).toBe(7);
    const [a, b] = [await firstBytes(set, 70), await firstBytes(set, 70, 'b')];
    const counts = (values: number[]) =>
      [...new Set(values)].sort((x, y) => x - y).map((v) => values.filter((w) => w === v).length);
    expect(counts(a)).toEqual([30, 20, 20]); // of seven, indices 0, 3 and 6 are its first
    const ofB = counts(b);
    expect(ofB).toHaveLength(7);
    expect(ofB.every((count) => count >= 2 && count <= 19)).toBe(true); // 10 each, three deviations
    expect(ofB).not.toEqual(Array(7).fill(10)); // drawn anew, not a shuffled deck
    const partners = new Set(a.flatMap((value, i) => (value === 0 ? [b[i]] : [])));
    expect(partners.size).toBeGreaterThan(3); // no fixed pairs
  });

  it('takes both in order without shuffling, and crops each for itself', async () => {
    const set = await unpairedImages({ ...SMALL, ...domains(), shuffle: false });
    expect(await firstBytes(set, 9)).toEqual([0, 1, 2, 0, 1, 2, 0, 0, 1]);
    expect(await firstBytes(set, 9, 'b')).toEqual([100, 101, 102, 103, 104, 105, 106, 100, 101]);
    const path = folder('ramp', { 'one.png': ramp(6) });
    const same = { folderA: path, folderB: path, load: false, crop: 4, channelsA: 1, channelsB: 1 } as const; // prettier-ignore
    const ramps = await unpairedImages(same);
    let equal = 0;
    for (let k = 0; k < 30; k++) {
      const { a, b } = await bytesOfBatch(ramps, k);
      if (a.join() === b.join()) equal++;
    }
    expect(equal).toBeLessThan(6);
  });
});

describe('a file that is no image', () => {
  const jpeg = bytesOf(IMAGES.files.jpeg['4:2:0']!.file);
  const png = plain(3);
  const BAD: readonly [string, Uint8Array, RegExp][] = [
    ['empty.png', new Uint8Array(0), /the file is empty/],
    ['text.jpg', new TextEncoder().encode('GIF89a'), /it is neither a PNG nor a JPEG file/],
    ['cut.png', png.subarray(0, png.length - 5), /the file ends too early/],
    ['cut.jpg', jpeg.subarray(0, jpeg.length - 200), /the file ends too early/],
    ['cmyk.jpg', bytesOf(IMAGES.refused['CMYK']!), /its colours are CMYK/],
    ['picture.bmp', new TextEncoder().encode('BM'), /neither/],
  ];

  it.each(BAD)('is refused by name: %s', async (name, bytes, reason) => {
    const path = folder(`bad-${name}`, { [name]: bytes });
    const set = await pairedImages({ ...SMALL, folder: path });
    const error = await set.batch(0).catch((thrown: unknown) => thrown as Error);
    expect((error as Error).message).toMatch(reason);
    expect((error as Error).message).toContain(
      `pairedImages: \`${join(path, name)}\` must be an image that can be read. Received:`,
    );
    expect((error as Error).name).toBe('GanKitError');
  });

  it('is refused if it is too small, or leads nowhere', async () => {
    const small = folder('small', { 'small.png': pair(1, 6, 4) });
    const set = await pairedImages({ ...SMALL, folder: small, load: false });
    await expect(set.batch(0)).rejects.toThrow(/small.png.*\n?.*3 × 4 is below the crop of 4/);
    const nowhere = folder('nowhere', {});
    symlinkSync(join(nowhere, 'gone'), join(nowhere, 'broken.png'));
    const linked = await pairedImages({ ...SMALL, folder: nowhere });
    await expect(linked.batch(0)).rejects.toThrow(/broken.png.*cannot be opened, ENOENT/);
  });

  it('is skipped if asked, and leaves the order', async () => {
    const good = Object.fromEntries([0, 1, 2, 3].map((i) => [`${i}x.png`, pair(10 * i)]));
    const bad = Object.fromEntries(
      BAD.slice(0, 3).map(([name, bytes], i) => [`${i}${name}`, bytes]),
    );
    const path = folder('mixed', { ...good, ...bad });
    const options = { ...SMALL, folder: path, onCorrupt: 'skip', shuffle: false } as const;
    const set = await pairedImages(options);
    expect(set.length).toBe(7);
    const first = await firstBytes(set, 7); // 0empty 0x 1text 1x 2cut 2x 3x
    expect(first).toEqual([0, 10, 20, 30, 0, 10, 20]);
    expect(set.length).toBe(4);
    expect(await firstBytes(set, 7)).toEqual(first);
    expect([...set.skipped.keys()]).toEqual(
      ['0empty.png', '1text.jpg', '2cut.png'].map((name) => join(path, name)),
    );
    expect(set.skipped.get(join(path, '0empty.png'))).toBe('the file is empty');
    const later = await pairedImages(options);
    expect((await bytesOfBatch(later, 4)).a[0]).toBe(0); // whatever was asked for before

    const none = await pairedImages({ ...options, folder: folder('bad-cmyk.jpg', {}) });
    await expect(none.batch(0)).rejects.toThrow(
      /pairedImages: `files` must be images, at least one of which can be read. Received: "1, the first/,
    );
  });

  it('is heard of by who asks for its batch, not by who reads ahead', async () => {
    const path = folder('late', {
      '0.png': pair(0),
      '1.png': pair(10),
      '2.png': new Uint8Array(9),
    });
    const set = await pairedImages({ ...SMALL, folder: path, shuffle: false });
    expect(await firstBytes(set, 2)).toEqual([0, 10]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(set.batch(2)).rejects.toThrow(/2.png/);
    expect((await bytesOfBatch(set, 3)).a[0]).toBe(0);
  });
});

describe('bad input', () => {
  const all = () => ({ ...SMALL, folder: folder('one', { '1.png': pair(1) }) });
  it.each<[string, (good: ReturnType<typeof all>) => object, RegExp]>([
    [
      'no folder',
      ({ folder: path }) => ({ folder: join(path, 'x') }),
      /pairedImages: `folder` must be a folder that exists/,
    ],
    [
      'a file',
      ({ folder: path }) => ({ folder: join(path, '1.png') }),
      /`folder` must be a folder that exists/,
    ],
    [
      'an empty folder',
      () => ({ folder: folder('void', { 'a.txt': new Uint8Array(1) }) }),
      /`folder` must be a folder with at least one PNG or JPEG image\. Received: ".*void"/,
    ],
    ['no string', () => ({ folder: 3 }), /`folder` must be a path/],
    ['load below crop', (good) => ({ ...good, load: 3 }), /`load` must be an integer >= 4/],
    ['crop', (good) => ({ ...good, crop: 0 }), /`crop` must be an integer >= 1/],
    ['flip', (good) => ({ ...good, flip: 1 }), /`flip` must be true or false/],
    ['channels', (good) => ({ ...good, channelsB: 4 }), /`channelsB` must be 1 or 3/],
    ['shuffle', (good) => ({ ...good, shuffle: 'no' }), /`shuffle` must be true or false/],
    ['seed', (good) => ({ ...good, seed: -1 }), /pairedImages: `seed` must be an integer >= 0/],
    ['onCorrupt', (good) => ({ ...good, onCorrupt: 'ignore' }), /one of 'refuse', 'skip'/],
    ['prefetch', (good) => ({ ...good, prefetch: 2 }), /`prefetch` must be true or false/],
    ['direction', (good) => ({ ...good, direction: 'AtoB' }), /one of 'a-to-b', 'b-to-a'/],
    ['an option', (good) => ({ ...good, batchSize: 2 }), /with the keys folder, preprocess, load/],
  ])('%s', async (_, options, message) => {
    await expect(pairedImages(options(all()) as never)).rejects.toThrow(message);
  });

  it('k and size', async () => {
    const set = await pairedImages(all());
    await expect(set.batch(-1)).rejects.toThrow(/^pairedImages.batch: `k` must be an integer >= 0/);
    await expect(set.batch(0, 0)).rejects.toThrow(/`size` must be an integer >= 1/);
  });

  it('a domain without images is named', async () => {
    const [folderA, folderB] = [folder('one', { '1.png': pair(1) }), folder('void', {})];
    await expect(unpairedImages({ folderA, folderB })).rejects.toThrow(
      /^unpairedImages: `folderB` must be a folder with/,
    );
    await expect(
      unpairedImages({ folderA, folderB, direction: 'a-to-b' } as never),
    ).rejects.toThrow(/with the keys folderA, folderB/);
  });
});

describe('the data sets of gan-kit/io', () => {
  it('read PNG in Node as well, and point to gan-kit/node for JPEG', async () => {
    const file = (name: string, bytes: Uint8Array) => new File([bytes], name);
    const set = pairedFiles({ ...SMALL, files: [file('1.png', pair(7))] });
    expect((await bytesOfBatch(set, 0)).b[0]).toBe(107);
    const jpeg = file('1.jpg', bytesOf(IMAGES.files.jpeg['grey']!.file));
    await expect(pairedFiles({ ...SMALL, files: [jpeg] }).batch(0)).rejects.toThrow(
      /gan-kit\/node/,
    );
  });
});
