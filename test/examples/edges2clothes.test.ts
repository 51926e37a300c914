import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { dispose, memory } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cannyEdges } from '../../examples/edges2clothes/canny.js';
import { readClassifier, WEIGHTS } from '../../examples/edges2clothes/classifier.js';
import { CLASSES, dataFolder, readFashion, STORED } from '../../examples/edges2clothes/fashion.js';
import { Judge } from '../../examples/edges2clothes/judge.js';
import {
  pairAt,
  pairBatch,
  photoBatch,
  range,
  SIDE,
  trainingBatch,
} from '../../examples/edges2clothes/pairs.js';
import { byRow } from '../../examples/edges2clothes/pictures.js';
import { translate } from '../../examples/edges2clothes/recipe.js';
import { writeRunReport } from '../../examples/edges2clothes/report.js';
import { Run } from '../../examples/edges2clothes/run.js';
import { readOptions } from '../../examples/edges2clothes/options.js';
import { useBackend } from '../helpers/backends.js';
import { readTiles, tilesOf } from '../helpers/picture_tiles.js';
import { points, readReport } from '../helpers/report_page.js';
import { refusal } from '../helpers/refusal.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-clothes-'));
afterAll(() => rmSync(folder, { recursive: true }));
const DATA = join(folder, 'data');

/** An IDX file: its sizes, and bytes that a function of their place gives. */
function idx(sizes: number[], byte: (place: number) => number): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(0x0800 + sizes.length, 0);
  sizes.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  const bytes = Uint8Array.from({ length: sizes.reduce((a, b) => a * b) }, (_, i) => byte(i));
  return Buffer.concat([header, bytes]);
}

/** A box a little darker below, its size and place told by its number; the file has it as a negative. */
function box(place: number): number {
  const n = Math.floor(place / STORED ** 2);
  const [row, column] = [Math.floor(place / STORED) % STORED, place % STORED];
  const [left, top] = [2 + (n % 5), 1 + (n % 7)];
  const inside = column >= left && column < 22 + (n % 3) && row >= top && row < 25;
  return inside ? 140 + 3 * row : 0;
}

const write = (name: string, content: Buffer, to = DATA) => {
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, `${name}-ubyte.gz`), gzipSync(content));
};

beforeAll(() => {
  for (const [split, count] of [
    ['train', 40],
    ['t10k', 30],
  ] as const) {
    write(`${split}-images-idx3`, idx([count, STORED, STORED], box));
    write(
      `${split}-labels-idx1`,
      idx([count], (n) => n % 10),
    );
  }
});

describe('reading Fashion-MNIST', () => {
  it('reads counts, bytes and classes', () => {
    const { count, pixels, classes } = readFashion('t10k', DATA);
    expect(count).toBe(30);
    expect(pixels).toEqual(Uint8Array.from({ length: 30 * STORED ** 2 }, (_, i) => box(i)));
    expect([...classes.subarray(7, 13)]).toEqual([7, 8, 9, 0, 1, 2]);
    expect(readFashion('train', DATA).count).toBe(40);
  });

  it('takes the folder that is named, else that of the environment, else Debian’s', () => {
    vi.stubEnv('FASHION_MNIST', '/elsewhere');
    expect(dataFolder('/here')).toBe('/here');
    expect(dataFolder()).toBe('/elsewhere');
    vi.stubEnv('FASHION_MNIST', undefined);
    expect(dataFolder()).toBe('/usr/share/datasets/fashion-mnist');
    vi.unstubAllEnvs();
  });

  it('says where to get what is missing', () => {
    expect(() => readFashion('train', join(folder, 'none'))).toThrow(
      /none\/train-images-idx3-ubyte\.gz is missing.*apt-get install dataset-fashion-mnist.*--data/s,
    );
  });

  const images = (n: number) => idx([n, STORED, STORED], box);
  const labels = (n: number) => idx([n], (i) => i % 10);
  it.each([
    [
      'of labels where images belong',
      labels(3),
      labels(3),
      /train-images.*no IDX file.*\[n,28,28\]/,
    ],
    ['of other sizes', idx([3, 27, 28], box), labels(3), /no IDX file/],
    ['cut short', images(3).subarray(0, 2000), labels(3), /no IDX file/],
    ['cut in its header', images(3).subarray(0, 10), labels(3), /no IDX file/],
    [
      'with something after its end',
      Buffer.concat([images(3), Buffer.from('x')]),
      labels(3),
      /no IDX/,
    ],
    ['with fewer labels than images', images(3), labels(2), /3 images of train, but 2 labels/],
    ['with an eleventh class', images(3), idx([3], (i) => 8 + i), /no class from 0 to 9/],
  ])('refuses a file %s', (name, first, second, message) => {
    const to = join(folder, name.replaceAll(' ', '-'));
    write('train-images-idx3', first, to);
    write('train-labels-idx1', second, to);
    expect(() => readFashion('train', to)).toThrow(message);
  });

  it('refuses what is not gzip', () => {
    const to = join(folder, 'plain');
    write('train-images-idx3', images(3), to);
    writeFileSync(join(to, 'train-images-idx3-ubyte.gz'), images(3));
    expect(() => readFashion('train', to)).toThrow(/train-images.* is no gzip file/);
  });
});

describe('cannyEdges', () => {
  const SIZE = 12;
  const draw = (value: (x: number, y: number) => number) =>
    Float32Array.from({ length: SIZE * SIZE }, (_, i) => value(i % SIZE, Math.floor(i / SIZE)));
  const options = { sigma: 0.7, high: 0.12, low: 0.05 };
  /** The pixels of the lines, as x,y. */
  const lines = (grey: Float32Array, overrides = {}) =>
    [...cannyEdges(grey, SIZE, { ...options, ...overrides })].flatMap((line, i) =>
      line === 1 ? [`${i % SIZE},${Math.floor(i / SIZE)}`] : [],
    );

  it('draws nothing on what is even', () => {
    expect(lines(draw(() => 0.7))).toEqual([]);
  });

  it.each([
    ['upright', (x: number) => (x < 5 ? 0.1 : 0.9), (n: number) => `4,${n}`],
    ['level', (_: number, y: number) => (y < 5 ? 0.1 : 0.9), (n: number) => `${n},4`],
    ['down to the dark', (x: number) => (x < 5 ? 0.9 : 0.1), (n: number) => `4,${n}`],
  ])('draws a step %s as one line, from border to border', (_, value, place) => {
    const expected = Array.from({ length: SIZE }, (_, n) => place(n));
    expect(lines(draw(value)).sort()).toEqual(expected.sort());
  });

  it('draws a slanting step as a staircase', () => {
    const found = lines(draw((x, y) => (x + y < 12 ? 0 : 1)));
    const inner = found.filter((place) => place.split(',').every((z) => +z >= 3 && +z <= 8));
    const stairs = [3, 4, 5, 6, 7, 8].flatMap((y) => [`${11 - y},${y}`, `${12 - y},${y}`]);
    expect(inner.sort()).toEqual(stairs.filter((place) => !place.startsWith('9')).sort());
  });

  it('measures slopes in grey levels a pixel', () => {
    // Σ of the blur's middle two weights, by Sobel over two pixels
    const weights = [0, 1, 2, 3].map((d) => Math.exp(-(d ** 2) / (2 * 0.7 ** 2)));
    const total = weights[0]! + 2 * (weights[1]! + weights[2]! + weights[3]!);
    const steepest = (0.4 * (weights[0]! + weights[1]!)) / total / 2;
    const step = draw((x) => (x < 5 ? 0.3 : 0.7));
    expect(lines(step, { high: steepest * 1.001 })).toEqual([]);
    expect(lines(step, { high: steepest * 0.999 })).toHaveLength(SIZE);
  });

  it('goes on along a weak edge from a strong one, and draws no weak one alone', () => {
    // the step fades from row 0 to row 11
    const fading = draw((x, y) => (x < 5 ? 0.5 : 0.5 + 0.45 * (1 - y / SIZE)));
    const strong = lines(fading, { low: 0.12 });
    const all = lines(fading);
    expect(strong.length).toBeLessThan(all.length);
    expect(all).toEqual(expect.arrayContaining(strong));
    const weak = draw((x) => (x < 5 ? 0.4 : 0.6)); // between the two thresholds everywhere
    expect(lines(weak)).toEqual([]);
    expect(lines(weak, { high: 0.05 })).toHaveLength(SIZE);
  });
});

describe('pairs', () => {
  beforeAll(() => useBackend('wasm'));

  it('have the photo turned back to positive, on a white margin', () => {
    const clothes = readFashion('t10k', DATA);
    const { photo, edges } = pairAt(clothes, 11);
    expect(photo).toHaveLength(SIDE * SIDE);
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) {
        const [row, column] = [y - 2, x - 2];
        const stored = row >= 0 && column >= 0 && row < STORED && column < STORED;
        const byte = stored ? box((11 * STORED + row) * STORED + column) : 0;
        expect(photo[y * SIDE + x]).toBeCloseTo(1 - byte / 127.5, 6);
      }
    expect(new Set(edges)).toEqual(new Set([-1, 1]));
  });

  it('have the outline of a box in the drawing, closed and thin', () => {
    const { edges } = pairAt(readFashion('t10k', DATA), 0);
    // the box of number 0: columns 2 to 21, rows 1 to 24, two further in the padded picture
    const at = (x: number, y: number) => edges[y * SIDE + x];
    for (let y = 5; y < 25; y++) {
      const found = Array.from({ length: SIDE }, (_, x) => x).filter((x) => at(x, y) === -1);
      expect(found).toHaveLength(2);
      expect(found[0]).toBeGreaterThanOrEqual(3);
      expect(found[0]).toBeLessThanOrEqual(4);
      expect(found[1]).toBeGreaterThanOrEqual(23);
      expect(found[1]).toBeLessThanOrEqual(24);
    }
    for (let x = 7; x < 21; x++)
      expect(Array.from({ length: SIDE }, (_, y) => y).filter((y) => at(x, y) === -1)).toHaveLength(
        2,
      );
  });

  it('come in batches that are a function of (seed, k)', async () => {
    const clothes = readFashion('train', DATA);
    const read = async (seed: number, k: number) => {
      const { a, b } = trainingBatch(clothes, 6, seed, k);
      expect(a.shape).toEqual([6, SIDE, SIDE, 1]);
      const values = [await a.data(), await b.data()];
      dispose([a, b]);
      return values;
    };
    const first = await read(3, 4);
    expect(await read(3, 4)).toEqual(first);
    expect(await read(3, 5)).not.toEqual(first);
    expect(await read(4, 4)).not.toEqual(first);
  });

  it('are stacked in order, drawing n beside photo n', async () => {
    const clothes = readFashion('train', DATA);
    const { a, b } = pairBatch(clothes, [7, 2]);
    const photos = photoBatch(clothes, [7, 2]);
    const [seven, two] = [pairAt(clothes, 7), pairAt(clothes, 2)];
    expect([...(await a.data())]).toEqual([...seven.edges, ...two.edges]);
    expect([...(await b.data())]).toEqual([...seven.photo, ...two.photo]);
    expect(await photos.data()).toEqual(await b.data());
    const rows = byRow([a, b]);
    expect([...(await rows.data())]).toEqual([
      ...[...seven.edges, ...seven.photo],
      ...[...two.edges, ...two.photo],
    ]);
    dispose([a, b, photos, rows]);
  });
});

describe('the judge', () => {
  beforeAll(() => useBackend('wasm'));

  it('finds no distance from the photos to themselves, and the right one from others', async () => {
    const test = readFashion('t10k', DATA);
    const judge = await Judge.create(readClassifier(), test, 30);
    const before = memory().numTensors;
    const photos = await judge.judge((_, photo) => photo.clone());
    expect(photos.greys).toBe(0);
    expect(photos.frechet).toBeLessThan(1e-6);
    const edges = await judge.judge((drawing) => drawing.clone());
    let total = 0;
    for (let n = 0; n < 30; n++) {
      const pair = pairAt(test, n);
      pair.photo.forEach((value, i) => (total += Math.abs(value - pair.edges[i]!)));
    }
    expect(edges.greys).toBeAllclose((127.5 * total) / (30 * SIDE * SIDE), { rtol: 1e-5 });
    expect(edges.frechet).toBeGreaterThan(1);
    expect(memory().numTensors).toBe(before);
  });

  it('counts what it reads right', async () => {
    const test = readFashion('t10k', DATA);
    const classifier = readClassifier();
    const photos = photoBatch(test, range(0, 30));
    const logits = classifier.predict(photos) as Tensor2D;
    const classes = (await logits.array()).map((row) => row.indexOf(Math.max(...row)));
    // said to be what the classifier sees, but for the first three
    const told = Uint8Array.from(classes, (label, n) => (n < 3 ? (label + 1) % 10 : label));
    const judge = await Judge.create(classifier, { ...test, classes: told }, 30);
    expect((await judge.judge((_, photo) => photo.clone())).read).toBeCloseTo(27 / 30, 10);
    dispose([photos, logits]);
  });

  it('rests on a classifier of less than 200 kB', () => {
    expect(readFileSync(WEIGHTS).length).toBeLessThan(200_000);
  });
});

// the package of Debian is 31 MB, and not on every machine
describe.skipIf(!existsSync(dataFolder()))('with Fashion-MNIST itself', () => {
  beforeAll(() => useBackend('wasm'));

  it('reads both halves, each class as often as the others', () => {
    for (const [split, count] of [
      ['train', 60_000],
      ['t10k', 10_000],
    ] as const) {
      const { classes } = readFashion(split, dataFolder());
      const counts = CLASSES.map((_, label) => classes.filter((one) => one === label).length);
      expect(counts).toEqual(CLASSES.map(() => count / 10));
    }
  });

  it('the classifier is right for at least 89 % of the test photos', async () => {
    const test = readFashion('t10k', dataFolder());
    const judge = await Judge.create(readClassifier(), test, 2000);
    const { read } = await judge.judge((_, photo) => photo.clone());
    expect(read).toBeGreaterThanOrEqual(0.89);
  });
});

describe('a run', () => {
  beforeAll(() => useBackend('wasm'));

  it(
    'killed and resumed equals uninterrupted, without Math.random',
    { timeout: 480_000 },
    async () => {
      const [train, test] = [readFashion('train', DATA), readFashion('t10k', DATA)];
      const judge = await Judge.create(readClassifier(), test, 30);
      vi.spyOn(Math, 'random').mockImplementation(() => {
        throw new Error('Math.random was called');
      });
      const start = (name: string) =>
        new Run(
          { filters: 24, lambda: 100, seed: 5, batch: 2, steps: 6, out: join(folder, name) },
          ...([train, test, judge] as const),
          { losses: 1, score: 5 },
        );
      const advance = async (run: Run, last: number) => {
        while (run.step < last) await run.advance();
      };
      const whole = start('whole');
      await advance(whole, 6);
      const killed = start('killed');
      await advance(killed, 3);
      await killed.save();
      await advance(killed, 4); // lost with the kill
      const resumed = start('killed');
      await resumed.resume();
      await advance(resumed, 6);
      const { seconds, ...history } = resumed.history;
      expect(seconds).toBeGreaterThan(0);
      expect(whole.history).toMatchObject(history);
      expect(history.losses['l1']).toHaveLength(6);
      expect(history.milestones.map(({ step }) => step)).toEqual([5]);
      expect((await resumed.pix2pix.state()).arrays).toEqual((await whole.pix2pix.state()).arrays);
      vi.restoreAllMocks();

      // drawing, what was made of it, photo: four times in a row
      await resumed.saveGrid();
      const { a, b } = pairBatch(test, range(0, 30));
      const made = translate(resumed.pix2pix, a);
      const [drawings, translations, photos] = await Promise.all([a, made, b].map(tilesOf));
      const triples = drawings!.flatMap((drawing, i) => [drawing, translations![i]!, photos![i]!]);
      const grid = { columns: 12, side: SIDE, scale: 2, background: 160 };
      expect(readTiles(resumed.gridPath(6), grid)).toEqual(triples);
      dispose([a, b, made]);
      const page = readReport(await writeRunReport(resumed, {}, undefined));
      expect(page.pictures).toEqual([
        { caption: 'step 6', png: readFileSync(resumed.gridPath(6)) },
      ]);
      const { losses, milestones } = whole.history;
      for (const [name, values] of Object.entries(losses))
        expect(page.curves['Losses']![name]).toEqual(points([1, 2, 3, 4, 5, 6], values));
      const read = milestones.map((scores) => scores.read);
      expect(page.curves['Read as drawn']!['translated']).toEqual(points([5], read));

      const other = new Run({ ...whole.options, lambda: 10 }, train, test, judge);
      await whole.save();
      await expect(other.resume()).rejects.toThrow(/--lambda 100/);
      for (const run of [whole, killed, resumed, other]) run.dispose();
    },
  );
});

describe('the program', () => {
  const start = (...args: string[]) =>
    spawn(process.execPath, ['--import', 'tsx', 'examples/edges2clothes/main.ts', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const end = async (child: ReturnType<typeof start>) => {
    let [said, complained] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, said, complained };
  };

  it('trains, judges, reports, and goes on', { timeout: 480_000 }, async () => {
    const out = join(folder, 'program');
    const args = ['--data', DATA, '--batch', '2', '--steps', '3', '--out', out];
    const first = await end(start(...args));
    expect(first.code).toBe(0);
    expect(first.said).toMatch(/photos +0\.0 +\d+\.\d % +0\.00/);
    expect(first.said).toMatch(/translated drawings +\d+\.\d/);
    expect(first.complained).toMatch(
      /3\/3 \| D \d+\.\d{3} \| G \d+\.\d{3} \| L1 \d+\.\d\d \| 0:00 left/,
    );
    const page = readReport(join(out, 'report.html'));
    expect(page.subtitle).toMatch(/^3 steps, /);
    expect(page.pictures).toEqual(
      [0, 3].map((step) => ({
        caption: `step ${step}`,
        png: readFileSync(join(out, `pictures-00000${step}.png`)),
      })),
    );
    // what is printed is the table of the report
    const printed = first.said.split('\n').map((line) => line.trim().split(/ {2,}/));
    const rows = page.tables['Scores of 30 held-out pairs']!;
    expect(rows).toHaveLength(5);
    for (const row of rows) expect(printed).toContainEqual(row);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).not.toMatch(/(src|href)="https?:/);
    const second = await end(start(...args, '--resume'));
    expect(second.said).toContain('resumed at step 3');
  });

  it.each([
    [['--data', join(folder, 'nowhere')], /nowhere.* is missing/],
    [['--resume', '--data', DATA, '--out', join(folder, 'empty')], /no checkpoint in/],
  ])('refuses %o', { timeout: 120_000 }, async (args, message) => {
    const { code, complained } = await end(start(...args));
    expect(code).toBe(2);
    expect(complained).toMatch(message);
  });

  it.each([
    [['--steps', '0'], /--steps must be an integer >= 1/],
    [['--lambda', 'x'], /--lambda must be an integer >= 0/],
  ])('refuses %o before it does anything', (args, message) => {
    const { said, code } = refusal(readOptions, args);
    expect(code).toBe(2);
    expect(said).toMatch(message);
  });
});
