import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argMax, dispose, memory, pad, tidy, tile } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { imageTensor, range } from '../../examples/mnist/data.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { Reader } from '../../examples/street_numbers/agreement.js';
import { StreetClassifier, WEIGHTS } from '../../examples/street_numbers/classifier.js';
import {
  drawStreet,
  heldOutDomains,
  part,
  streetTensor,
  trainingDomains,
  unpairedBatch,
} from '../../examples/street_numbers/domains.js';
import type { Domains } from '../../examples/street_numbers/domains.js';
import { VARIANTS } from '../../examples/street_numbers/recipe.js';
import type { Variant } from '../../examples/street_numbers/recipe.js';
import { writeRunReport } from '../../examples/street_numbers/report.js';
import { Run } from '../../examples/street_numbers/run.js';
import { streetNumber } from '../../examples/street_numbers/street_numbers.js';
import { readOptions } from '../../examples/street_numbers/options.js';
import { useBackend } from '../helpers/backends.js';
import { readTiles, tilesOf } from '../helpers/picture_tiles.js';
import { points, readReport } from '../helpers/report_page.js';
import { refusal } from '../helpers/refusal.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-street-'));
afterAll(() => rmSync(folder, { recursive: true }));

const train = readMnist('train');
const test = readMnist('t10k');

describe('street numbers', () => {
  beforeAll(() => useBackend('wasm'));

  it('are a pure function of (seed, index), and differ in both', async () => {
    const [first, again] = [await streetNumber(train, 3, 7), await streetNumber(train, 3, 7)];
    expect(first).toHaveLength(32 * 32 * 3);
    expect(again).toEqual(first);
    for (const [seed, index] of [
      [4, 7],
      [3, 8],
    ] as const)
      expect(await streetNumber(train, seed, index)).not.toEqual(first);
  });

  it('are coloured, in (−1, 1), on light and on dark walls, of enough contrast', async () => {
    const digits = part(train, 0, 60);
    let lighter = 0;
    for (let index = 0; index < digits.count; index++) {
      const image = await streetNumber(digits, 5, index);
      expect(image.every((value) => Math.abs(value) <= 1)).toBe(true);
      const grey = Float32Array.from({ length: 32 * 32 }, (_, i) =>
        [0.299, 0.587, 0.114].reduce((sum, w, c) => sum + w * ((image[3 * i + c]! + 1) / 2), 0),
      );
      const sorted = [...grey].sort((x, y) => x - y);
      const spread = sorted[Math.floor(0.98 * 1024)]! - sorted[Math.floor(0.02 * 1024)]!;
      expect(spread).toBeGreaterThan(0.2);
      const mean = grey.reduce((a, b) => a + b) / 1024;
      const median = sorted[512]!;
      if (mean > median) lighter++; // few pixels are ink; light ones raise the mean
    }
    expect(lighter).toBeGreaterThan(15);
    expect(lighter).toBeLessThan(45);
  });

  it('keep the digit readable: the classifier reads at least 97 % of held-out ones', async () => {
    const street = await drawStreet(part(test, 4000, 1000), 9);
    const classifier = new StreetClassifier();
    const images = streetTensor(street, range(0, street.count));
    const guesses = tidy(() => argMax(classifier.logits(images), 1));
    let right = 0;
    (await guesses.data()).forEach((guess, i) => (right += guess === street.digits[i] ? 1 : 0));
    dispose([images, guesses]);
    expect(right / street.count).toBeGreaterThanOrEqual(0.97);
  });

  it('are read by weights of less than 200 kB', () => {
    expect(readFileSync(WEIGHTS).length).toBeLessThan(200_000);
  });
});

describe('the domains', () => {
  beforeAll(() => useBackend('wasm'));

  it('share no digit, and batches are a pure function of (seed, k)', async () => {
    const domains = await trainingDomains(train, 12);
    expect(domains.a.digits).toEqual(train.digits.slice(0, 12));
    expect(domains.b.digits).toEqual(train.digits.slice(30_000, 30_012));
    const batches = [0, 0, 1].map((k) => unpairedBatch(domains, 4, 3, k));
    expect(batches[0]!.a.shape).toEqual([4, 28, 28, 1]);
    expect(batches[0]!.b.shape).toEqual([4, 32, 32, 3]);
    const values = await Promise.all(batches.map(({ b }) => b.data()));
    expect(values[1]).toEqual(values[0]);
    expect(values[2]).not.toEqual(values[0]);
    dispose(batches.flatMap(({ a, b }) => [a, b]));
  });
});

describe('a run', () => {
  let domains: Domains;
  let heldOut: Domains;
  let reader: Reader;

  beforeAll(async () => {
    await useBackend('wasm');
    domains = await trainingDomains(train, 40);
    heldOut = await heldOutDomains(test, 40);
    reader = new Reader(heldOut);
  });

  const options = (name: string, variant: Variant = 'cyclegan') => ({
    ...{ variant, seed: 5, batch: 2, steps: 3 },
    out: join(folder, name),
  });
  const start = (name: string, variant?: Variant) =>
    new Run(options(name, variant), domains, heldOut, reader, { losses: 1 });
  async function advance(run: Run, last: number) {
    const losses = [];
    while (run.step < last) losses.push(await run.advance());
    return losses;
  }

  it.each(VARIANTS)(
    'of %s, killed and resumed, equals an uninterrupted one, without Math.random',
    { timeout: 240_000 },
    async (variant) => {
      vi.spyOn(Math, 'random').mockImplementation(() => {
        throw new Error('Math.random was called');
      });
      const whole = start(`whole-${variant}`, variant);
      const losses = await advance(whole, 3);
      const killed = start(`killed-${variant}`, variant);
      const before = await advance(killed, 1);
      await killed.save();
      await advance(killed, 2); // lost with the kill
      const resumed = start(`killed-${variant}`, variant);
      await resumed.resume();
      expect([...before, ...(await advance(resumed, 3))]).toEqual(losses);
      expect((await resumed.cycle.state()).arrays).toEqual((await whole.cycle.state()).arrays);
      expect(resumed.history.losses).toEqual(whole.history.losses);
      expect('penaltyA' in losses[0]!).toBe(variant === 'wcyclegan-gp');
      const page = readReport(await writeRunReport(resumed, {}, undefined));
      expect(page.subtitle).toMatch(/^3 generator steps, /);
      for (const [title, names] of [
        ['Adversarial losses of the generators', ['generatorAB', 'generatorBA']],
        ['Cycle consistency', ['cycleA', 'cycleB']],
      ] as const)
        expect(page.curves[title]).toEqual(
          Object.fromEntries(
            names.map((name) => [
              name,
              points(
                [1, 2, 3],
                losses.map(({ [name]: loss }) => loss!),
              ),
            ]),
          ),
        );
      for (const run of [whole, killed, resumed]) run.cycle.dispose();
      vi.restoreAllMocks();
    },
  );

  it('reads translations by class, and loses no tensor by it', async () => {
    const run = start('read');
    await reader.read(run.cycle); // the first call may build what stays
    const before = memory().numTensors;
    const reading = await reader.read(run.cycle);
    await run.saveGrid();
    expect(memory().numTensors).toBe(before);
    expect(reading.count).toBe(40);
    for (const [way, digits] of [
      ['ab', heldOut.a.digits],
      ['ba', heldOut.b.digits],
    ] as const) {
      const sources = reading.confusion[way].map((row) => row.reduce((a, b) => a + b));
      const expected = Array.from({ length: 10 }, (_, d) => digits.filter((x) => x === d).length);
      expect(sources).toEqual(expected);
      const right = reading.confusion[way].reduce((sum, row, digit) => sum + row[digit]!, 0);
      expect(reading[way]).toBeCloseTo(right / 40, 10);
    }
    // an untrained generator makes grey; real images read as what they are
    expect(reading.ab).toBeLessThan(0.5);
    expect(reading.real.a).toBeGreaterThan(0.9);
    expect(reading.real.b).toBeGreaterThan(0.9);
    run.cycle.dispose();
  });

  it('draws digit, street number, digit again, and the other way, of held-out images', async () => {
    const run = start('drawn');
    await advance(run, 2);
    await run.saveGrid();
    const [a, b] = [imageTensor(heldOut.a, range(0, 16)), streetTensor(heldOut.b, range(0, 16))];
    const [asB, asA] = [run.cycle.translate({ a }), run.cycle.translate({ b })];
    const again = [run.cycle.translate({ b: asB }), run.cycle.translate({ a: asA })] as const;
    // digits are grey, of 28×28, in the middle of 32×32
    const widened = [a, asA, again[0]].map((digits) =>
      tidy(() =>
        pad(
          tile(digits, [1, 1, 1, 3]),
          [
            [0, 0],
            [2, 2],
            [2, 2],
            [0, 0],
          ],
          -1,
        ),
      ),
    );
    const [digits, asDigits, digitsAgain] = await Promise.all(widened.map(tilesOf));
    const [numbers, asNumbers, numbersAgain] = await Promise.all([b, asB, again[1]].map(tilesOf));
    const expected = Array.from({ length: 8 }, (_, row) => [2 * row, 2 * row + 1]).flatMap(
      (places) => [
        ...places.flatMap((i) => [digits![i]!, asNumbers![i]!, digitsAgain![i]!]),
        ...places.flatMap((i) => [numbers![i]!, asDigits![i]!, numbersAgain![i]!]),
      ],
    );
    expect(readTiles(run.gridPath(2), { columns: 12, side: 32, scale: 2 })).toEqual(expected);
    const reading = await reader.read(run.cycle);
    const page = readReport(await writeRunReport(run, {}, reading));
    expect(page.pictures).toEqual([{ caption: 'step 2', png: readFileSync(run.gridPath(2)) }]);
    const rows = page.tables['Digits as street numbers']!.slice(1);
    expect(rows.map((row) => row.slice(1, 11).map(Number))).toEqual(reading.confusion.ab);
    dispose([a, b, asB, asA, ...again, ...widened]);
    run.cycle.dispose();
  });

  it('refuses the checkpoint of another run', async () => {
    const run = start('mine');
    await run.save();
    const other = new Run(options('mine', 'sn-cyclegan'), domains, heldOut, reader);
    await expect(other.resume()).rejects.toThrow();
    const seeded = new Run({ ...options('mine'), seed: 6 }, domains, heldOut, reader);
    await expect(seeded.resume()).rejects.toThrow(/--seed 5/);
    for (const { cycle } of [run, other, seeded]) cycle.dispose();
  });
});

describe('the program', () => {
  const out = join(folder, 'program');
  // as `npm run street-numbers` does
  const NODE = ['--import', 'tsx', 'examples/street_numbers/main.ts'];
  async function said(...args: string[]) {
    const child = spawn(process.execPath, [...NODE, '--out', out, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, text };
  }

  it('goes on from its checkpoint to a report', { timeout: 240_000 }, async () => {
    const small = ['--batch', '2', '--images', '20'];
    expect(await said(...small, '--steps', '1')).toMatchObject({ code: 0 });
    const { code, text } = await said(...small, '--steps', '2', '--resume');
    expect(code).toBe(0);
    expect(text).toContain('resumed at step 1');
    expect(text).toMatch(
      /2\/2 \| D -?\d+\.\d{3} \| G -?\d+\.\d{3} \| cycle \d+\.\d{3} \| \d+ images\/s \| 0:00 left/,
    );
    const page = readReport(join(out, 'report.html'));
    expect(page.subtitle).toContain('2 generator steps');
    expect(page.pictures.map(({ caption }) => caption)).toEqual(['step 0', 'step 2']);
    for (const [name, label] of [
      ['digit → street number', 'Digit → street number'],
      ['street number → digit', 'Street number → digit'],
    ] as const)
      expect(page.summary[label]).toBe(new RegExp(`^${name} +(\\d+\\.\\d %)`, 'm').exec(text)![1]);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).not.toMatch(/(src|href)="https?:/);
  });

  it.each([
    [['--variant', 'gan'], /--variant must be one of cyclegan, wcyclegan-gp, sn-cyclegan/],
    [['--steps', '0'], /--steps must be an integer >= 1/],
    [['--images', '30001'], /--images must be at most 30000/],
    [['--images', '4'], /--images must be at least --batch, 8\. Received: 4/],
    [['--step', '3'], /Unknown option '--step'/],
  ])('refuses %o', (args, message) => {
    const { said, code } = refusal(readOptions, args);
    expect(code).toBe(2);
    expect(said).toMatch(message);
  });
});
