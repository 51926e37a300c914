import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose, max, memory, min, tensor4d } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { averaged, balanceOf } from '../../examples/equilibrium/balance.js';
import type { Course } from '../../examples/equilibrium/balance.js';
import { entropy, meanDistance } from '../../examples/equilibrium/diversity.js';
import { balanceTable, scoreTable, writeRunsReport } from '../../examples/equilibrium/report.js';
import type { Result } from '../../examples/equilibrium/report.js';
import { Run } from '../../examples/equilibrium/run.js';
import { readClassifier } from '../../examples/mnist/read_classifier.js';
import { imageTensor, range } from '../../examples/mnist/data.js';
import { digitsIn } from '../../examples/mnist/padded.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { Judge } from '../../examples/mnist/scores.js';
import { stackPictures } from '../../examples/stack_pictures.js';
import { useBackend } from '../helpers/backends.js';
import { readTiles, tilesOf } from '../helpers/picture_tiles.js';
import { readReport } from '../helpers/report_page.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-equilibrium-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the balance', () => {
  const course: Course = {
    real: [8, 6, 4, 2, 2, 2, 2, 2, 1, 3],
    fake: [0, 0, 0, 1, 1, 1, 1, 1, 1, 2],
    k: [0, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.4, 0.6],
    convergence: [9, 7, 5, 4, 3, 2, 2, 2, 1, 3],
  };

  it('is measured over the last fifth, as a ratio of means', () => {
    const { k, kDeviation, ratio, convergence } = balanceOf(course);
    expect([k, kDeviation, ratio]).toBeAllclose([0.5, 0.1, 3 / 4]);
    expect(convergence).toEqual([8, 2]);
  });

  it('is drawn as means over spans, the last of which may be shorter', () => {
    const { steps, real, convergence } = averaged(course, 4);
    expect(steps).toEqual([4, 8, 10]);
    expect(real).toEqual([5, 2, 2]);
    expect(convergence).toEqual([6.25, 2.25, 2]);
    expect(averaged({ real: [], fake: [], k: [], convergence: [] }, 4).steps).toEqual([]);
  });
});

it('the entropy of digits is in bits', () => {
  expect(entropy([0.25, 0.25, 0.5, 0])).toBeCloseTo(1.5, 12);
  expect(entropy([1, 0])).toBe(0);
});

it('the distance of two images is the root of the mean square over all pairs', async () => {
  await useBackend('wasm');
  // pairs at 5, 5 and 0
  const images = tensor4d([0, 0, 3, 4, 3, 4], [3, 2, 1, 1]);
  expect(await meanDistance(images)).toBeCloseTo(Math.sqrt(50 / 3), 5);
  images.dispose();
});

it('pictures are stacked with a white line between them', () => {
  const picture = (byte: number) =>
    ({ width: 2, height: 1, channels: 1, data: new Uint8Array(2).fill(byte) }) as const;
  const { width, height, data } = stackPictures([picture(3), picture(4)]);
  expect([width, height]).toEqual([2, 8]);
  expect([...data]).toEqual([3, 3, ...new Array<number>(12).fill(255), 4, 4]);
});

describe('a run', () => {
  const train = readMnist('train');
  let judge: Judge;
  beforeAll(async () => {
    await useBackend('wasm');
    const { pixels, digits } = readMnist('t10k');
    judge = await Judge.create(readClassifier(), { count: 100, pixels, digits });
  });

  const setting = { gamma: 0.5, seed: 5, steps: 4, batch: 2 };
  const rhythm = { losses: 1, grid: 2, score: 4, checkpoint: 2 };
  const started = (name: string, changed = {}) => {
    let now = 0;
    const options = { ...setting, ...changed, out: join(folder, name) };
    return new Run(options, train, judge, () => now++, rhythm);
  };

  async function advance(run: Run, last: number) {
    const losses = [];
    while (run.step < last) losses.push(await run.advance());
    return losses;
  }

  it('balances, draws, and resumes to the bit', async () => {
    const whole = started('whole');
    const losses = await advance(whole, 3);
    const tensors = memory().numTensors;
    losses.push(...(await advance(whole, 4)));
    expect(memory().numTensors).toBe(tensors);
    let k = 0;
    for (const { real, fake, k: next, convergence } of losses) {
      k = Math.min(1, Math.max(0, k + 0.02 * (0.5 * real! - fake!)));
      expect(next).toBeCloseTo(k, 6);
      expect(convergence).toBeCloseTo(real! + Math.abs(0.5 * real! - fake!), 5);
    }
    expect(whole.history.course.k).toEqual(losses.map((one) => one['k']));
    // halved after each third, of two steps here
    expect(whole.gan.optimizers.generator.learningRate).toBeCloseTo(2e-3 / 2, 10);
    expect(whole.gan.optimizers.discriminator.learningRate).toBeCloseTo(1e-3 / 2, 10);

    const killed = started('killed');
    await advance(killed, 3); // the third step is lost
    const resumed = started('killed');
    await resumed.resume();
    expect(resumed.step).toBe(2);
    expect(await advance(resumed, 4)).toEqual(losses.slice(2));
    expect((await resumed.gan.state()).arrays).toEqual((await whole.gan.state()).arrays);
    expect(resumed.history.course).toEqual(whole.history.course);
    await expect(started('killed', { steps: 5 }).resume()).rejects.toThrow('--steps 4');

    const made = whole.sample(36, 1);
    const tiles = readTiles(whole.gridPath(4), { columns: 12, side: 32, scale: 2 });
    expect(tiles).toEqual(await tilesOf(made));
    expect(new Set(tiles.map(String)).size).toBe(36);
    const [least, greatest] = [min(made), max(made)];
    expect(least.dataSync()[0]).toBeGreaterThanOrEqual(-1);
    expect(greatest.dataSync()[0]).toBeLessThanOrEqual(1);

    const digits = digitsIn(made);
    const photographs = imageTensor(train, range(0, 36));
    const judged = async (images: typeof made) => ({
      scores: await judge.judge(images, 2),
      compared: await judge.compare(images, 0),
      distance: await meanDistance(images),
    });
    const result: Result = {
      ...{ setting, course: whole.history.course, milestones: whole.history.milestones },
      ...{ seconds: whole.history.seconds, ...(await judged(digits)) },
    };
    const results = [result, { ...result, setting: { ...setting, gamma: 0.3 } }];
    const scores = scoreTable(results, await judged(photographs), 36);
    const tables = [balanceTable(results), scores];
    expect(scores.rows.map(([name]) => name)).toEqual(['γ = 0.3', 'γ = 0.5', 'real (test)']);
    for (const { rows } of tables) for (const row of rows) expect(row.join()).not.toContain('NaN');
    const png = readFileSync(whole.gridPath(4));
    const frames = [{ caption: 'samples', png }];
    const path = await writeRunsReport(folder, { traces: results, tables, frames, facts: {} });
    expect(existsSync(path)).toBe(true);
    const page = readReport(path);
    expect(page.subtitle).toBe('γ 0.5 seed 5 4 steps; γ 0.3 seed 5 4 steps');
    expect(Object.keys(page.curves)).toHaveLength(5);
    expect(Object.keys(page.curves['Fréchet distance']!)).toEqual(['γ = 0.3', 'γ = 0.5']);
    dispose([made, digits, photographs, least, greatest]);
  });
});
