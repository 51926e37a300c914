import { dispose } from '@tensorflow/tfjs-core';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readClassifier } from '../../examples/mnist/read_classifier.js';
import { imageTensor, range } from '../../examples/mnist/data.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { PENALTIES, SYSTEMS } from '../../examples/mnist/recipe.js';
import type { PenaltyName } from '../../examples/mnist/recipe.js';
import { writeRunReport } from '../../examples/mnist/report.js';
import { Run } from '../../examples/mnist/run.js';
import type { RunOptions } from '../../examples/mnist/run.js';
import { Judge } from '../../examples/mnist/scores.js';
import { readOptions } from '../../examples/mnist/options.js';
import { classShares } from '../../src/metrics/classifier/class_shares.js';
import { sampleLatents } from '../../src/training/latents.js';
import { useBackend } from '../helpers/backends.js';
import { readTiles, tilesOf } from '../helpers/picture_tiles.js';
import { points, readReport } from '../helpers/report_page.js';
import { refusal } from '../helpers/refusal.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-mnist-'));
afterAll(() => rmSync(folder, { recursive: true }));

// ten by ten digits
const GRID = { columns: 10, side: 28, scale: 2 };

const options = (name: string, system = 'sn-dcgan'): RunOptions => ({
  ...SYSTEMS[system]!,
  seed: 5,
  batch: 4,
  steps: 6,
  out: join(folder, name),
});

describe('the classifier of the scores', () => {
  beforeAll(() => useBackend('wasm'));

  it('is right for at least 98.5 % of the test images', { timeout: 240_000 }, async () => {
    const test = readMnist('t10k');
    expect(test.count).toBe(10_000);
    const classifier = readClassifier();
    let right = 0;
    for (let first = 0; first < test.count; first += 500) {
      const images = imageTensor(test, range(first, 500));
      const { features, logits } = classifier.evaluate(images);
      expect(features.shape).toEqual([500, 64]);
      const rows = await logits.array();
      rows.forEach((row, i) => {
        if (row.indexOf(Math.max(...row)) === test.digits[first + i]) right++;
      });
      dispose([images, features, logits]);
    }
    expect(right / test.count).toBeGreaterThanOrEqual(0.985);
  });

  it('weighs less than 500 kB', () => {
    const file = new URL('../../examples/mnist/weights/classifier.safetensors', import.meta.url);
    expect(readFileSync(file).length).toBeLessThan(500_000);
  });
});

describe('a run', () => {
  const train = readMnist('train');
  let judge: Judge;

  beforeAll(async () => {
    await useBackend('wasm');
    const test = readMnist('t10k');
    judge = await Judge.create(readClassifier(), { ...test, count: 500 });
  });

  /** The losses of each step from where the run stands to `last`. */
  async function advance(run: Run, last: number) {
    const losses = [];
    while (run.step < last) losses.push(await run.advance());
    return losses;
  }

  it('reads 60,000 training images, and real digits at that', async () => {
    expect(train.count).toBe(60_000);
    const images = imageTensor(train, range(0, 200));
    const { logits } = readClassifier().evaluate(images);
    const counted = new Float64Array(10);
    train.digits.slice(0, 200).forEach((digit) => (counted[digit]! += 1 / 200));
    expect(await classShares(logits)).toBeAllclose(counted, { atol: 0.03 });
  });

  it(
    'killed and resumed equals uninterrupted, without Math.random',
    { timeout: 240_000 },
    async () => {
      vi.spyOn(Math, 'random').mockImplementation(() => {
        throw new Error('Math.random was called');
      });
      const whole = new Run(options('whole'), train, judge);
      const losses = await advance(whole, 6);
      const killed = new Run(options('killed'), train, judge);
      const before = await advance(killed, 3);
      await killed.save();
      await advance(killed, 4); // lost with the kill
      const resumed = new Run(options('killed'), train, judge);
      await resumed.resume();
      expect([...before, ...(await advance(resumed, 6))]).toEqual(losses);
      expect((await resumed.gan.state()).arrays).toEqual((await whole.gan.state()).arrays);
      vi.restoreAllMocks();
    },
  );

  it.each(Object.keys(SYSTEMS))('trains %s for a step', async (system) => {
    const run = new Run(options(system, system), train, judge);
    const { discriminator, generator, penalty } = await run.advance();
    expect(Number.isFinite(discriminator)).toBe(true);
    expect(Number.isFinite(generator)).toBe(true);
    if (['wgan-gp', 'dragan'].includes(system)) expect(penalty).toBeGreaterThan(0);
    else expect(penalty).toBeUndefined();
    const { steps } = run.gan;
    expect(steps.generator).toBe(1);
    expect(steps.discriminator).toBe(system.startsWith('w') ? 5 : 1);
  });

  it('under a penalty, killed and resumed equals uninterrupted', { timeout: 240_000 }, async () => {
    const whole = new Run(options('whole-gp', 'wgan-gp'), train, judge, { losses: 1 });
    await advance(whole, 3);
    const killed = new Run(options('killed-gp', 'wgan-gp'), train, judge, { losses: 1 });
    await advance(killed, 2);
    await killed.save();
    const resumed = new Run(options('killed-gp', 'wgan-gp'), train, judge, { losses: 1 });
    await resumed.resume();
    await advance(resumed, 3);
    expect(resumed.history.penalty).toEqual(whole.history.penalty);
    expect(resumed.history.penalty).toHaveLength(3);
    expect((await resumed.gan.state()).arrays).toEqual((await whole.gan.state()).arrays);
  });

  it('adds each penalty where it is asked to', async () => {
    const terms = new Map<string, number | undefined>();
    for (const penalty of Object.keys(PENALTIES) as PenaltyName[]) {
      const choice = { ...options(`with-${penalty}`, 'dragan'), penalty };
      const run = new Run(choice, train, judge);
      terms.set(penalty, (await run.advance()).penalty);
    }
    expect(terms.get('none')).toBeUndefined();
    const [gp, dragan, r1] = ['wgan-gp', 'dragan', 'r1'].map((name) => terms.get(name)!);
    // an untrained discriminator is nearly flat: (‖g‖ − 1)² is near 1, ‖g‖² near 0
    for (const term of [gp, dragan]) expect(term).toBeGreaterThan(7);
    for (const term of [gp, dragan]) expect(term).toBeLessThan(10);
    expect(gp).not.toBe(dragan);
    expect(r1).toBeGreaterThan(0);
    expect(r1).toBeLessThan(1);
  });

  it(
    'draws the samples of the same latents, and reports its curves and pictures, also resumed',
    { timeout: 240_000 },
    async () => {
      const rhythm = { losses: 1, grid: 2, score: 2, checkpoint: 3 };
      const whole = new Run(options('drawn', 'wgan-gp'), train, judge, rhythm);
      const losses = await advance(whole, 4);
      const latents = sampleLatents({ count: 100, size: whole.gan.latentSize, seed: 1 });
      const made = whole.gan.generate({ latents });
      const [two, four] = [2, 4].map((step) => readTiles(whole.gridPath(step), GRID));
      expect(four).toEqual(await tilesOf(made));
      expect(two).not.toEqual(four);
      expect(new Set(four!.map(String)).size).toBe(100);
      dispose([latents, made]);

      const page = readReport(await writeRunReport(whole, {}, undefined));
      expect(page.subtitle).toMatch(/^4 generator steps, /);
      expect(page.pictures).toEqual(
        [2, 4].map((step) => ({
          caption: `step ${step}`,
          png: readFileSync(whole.gridPath(step)),
        })),
      );
      const steps = [1, 2, 3, 4];
      const of = (name: 'discriminator' | 'generator' | 'penalty') =>
        points(
          steps,
          losses.map(({ [name]: loss }) => loss!),
        );
      expect(page.curves['Losses']).toEqual({
        discriminator: of('discriminator'),
        generator: of('generator'),
        penalty: of('penalty'),
      });
      const { milestones } = whole.history;
      expect(milestones.map(({ step }) => step)).toEqual([2, 4]);
      const scores = milestones.map(({ score }) => score);
      expect(page.curves['Classifier score']!['score']).toEqual(points([2, 4], scores));

      const resumed = new Run(options('drawn', 'wgan-gp'), train, judge, rhythm);
      await resumed.resume();
      expect(resumed.step).toBe(3);
      rmSync(whole.gridPath(4));
      await advance(resumed, 4);
      expect(readReport(await writeRunReport(resumed, {}, undefined))).toEqual(page);
    },
  );

  it('refuses the checkpoint of another run', async () => {
    const run = new Run(options('mine'), train, judge);
    await run.save();
    const other = new Run({ ...options('mine'), seed: 6 }, train, judge);
    await expect(other.resume()).rejects.toThrow(/--seed 5/);
  });
});

describe('the demo', () => {
  const out = join(folder, 'demo');
  // as `npm run demo` does
  const NODE = ['--import', 'tsx', 'examples/mnist/main.ts'];
  const start = (...args: string[]) =>
    spawn(process.execPath, [...NODE, '--batch', '4', '--out', out, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  it(
    'ends whole on Ctrl-C and goes on from there to its report',
    { timeout: 480_000 },
    async () => {
      const first = start('--steps', '100000');
      let said = '';
      let bar = '';
      first.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      first.stderr.on('data', (chunk: Buffer) => (bar += chunk.toString()));
      // until two points of the curves are there; the pictures of later steps are tested above
      const steps = () => Number([...bar.matchAll(/(\d+)\/100000 \| D/g)].at(-1)?.[1] ?? 0);
      while (steps() < 20 && first.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 200));
      first.kill('SIGINT');
      const [code] = (await once(first, 'close')) as [number];
      expect(code).toBe(0);
      expect(said).toMatch(/stopped at step \d+; checkpoint and .*report\.html are whole/);
      const step = Number(/stopped at step (\d+)/.exec(said)![1]);
      const interrupted = readReport(join(out, 'report.html'));
      expect(interrupted.subtitle).toContain(`${step} generator steps`);
      // how far it is, both losses, and how long it still takes
      const line = new RegExp(
        String.raw`${step}/100000 \| D -?\d+\.\d{3} \| G -?\d+\.\d{3} \| \d+ images/s \| \d+:\d\d left`,
      );
      expect(bar).toMatch(line);

      const second = start('--steps', String(step + 2), '--resume');
      let ending = '';
      second.stdout.on('data', (chunk: Buffer) => (ending += chunk.toString()));
      const [end] = (await once(second, 'close')) as [number];
      expect(end).toBe(0);
      expect(ending).toContain(`resumed at step ${step}`);
      const number = (name: string) => {
        const found = new RegExp(`^${name} +(\\d+\\.\\d+)`, 'm').exec(ending);
        return Number(found?.[1]);
      };
      const page = readReport(join(out, 'report.html'));
      expect(page.subtitle).toContain(`${step + 2} generator steps`);
      expect(readFileSync(join(out, 'report.html'), 'utf8')).not.toMatch(/(src|href)="https?:/);
      const { 'Classifier score': score, 'Nearest training image': nearest } = page.summary;
      expect(Number.parseFloat(score!)).toBeCloseTo(number('classifier score'), 1);
      expect(Number.parseFloat(nearest!)).toBeCloseTo(number('nearest training image'), 1);
      expect(number('classifier score')).toBeGreaterThanOrEqual(1);
      expect(number('nearest training image')).toBeGreaterThan(0);

      // the pictures of before the interruption and of after it, each as its file has it
      const drawn = [0, step + 2];
      const file = (at: number) => join(out, `samples-${String(at).padStart(6, '0')}.png`);
      expect(page.pictures.map(({ caption }) => caption)).toEqual(
        expect.arrayContaining(drawn.map((at) => `step ${at}`)),
      );
      for (const { caption, png } of page.pictures)
        expect(png.equals(readFileSync(file(Number(caption.slice(5)))))).toBe(true);
      const tiles = drawn.map((at) => readTiles(file(at), GRID));
      for (const one of tiles) expect(one).toHaveLength(100);
      expect(tiles[1]).not.toEqual(tiles[0]);
      // and the losses of the whole run
      const { discriminator } = page.curves['Losses']!;
      const tens = Array.from({ length: Math.floor((step + 2) / 10) }, (_, i) => 10 * (i + 1));
      expect(discriminator!.map(([x]) => x)).toEqual(tens);
    },
  );

  it('lists its options, if it is asked to', async () => {
    const child = start('--help');
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);
    expect(said).toMatch(/^Trains a GAN .*\n\n {2}npm run demo -- \[options\]\n/);
    expect(said).toMatch(/^ {2}--resume +goes on from the checkpoint/m);
  });

  it.each([
    [['--loss', 'l2'], /--loss must be one of minimax/],
    [['--steps', '0'], /--steps must be an integer >= 1/],
    [['--penalty', 'gp'], /--penalty must be one of none, wgan-gp, dragan, r1\. Received: gp/],
    [['--system', 'dcgan', '--penalty', 'r1'], /--penalty r1 needs --norm none or spectral/],
    [['--step', '3'], /Unknown option '--step'/],
  ])('refuses %o', (args, message) => {
    const { said, code } = refusal(readOptions, args);
    expect(code).toBe(2);
    expect(said).toMatch(message);
  });
});
