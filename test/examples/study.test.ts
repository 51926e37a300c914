import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory, zeros } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readClassifier } from '../../examples/mnist/read_classifier.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { Judge } from '../../examples/mnist/scores.js';
import { table, writeStudyReport } from '../../examples/study/report.js';
import type { Result } from '../../examples/study/report.js';
import { CONTESTANTS } from '../../examples/study/systems.js';
import { train } from '../../examples/study/trial.js';
import { savePNG } from '../../src/node/images/png.js';
import { shuffledBatch } from '../../src/training/shuffled_batch.js';
import type { ProgressiveGAN } from '../../src/training/systems/progressive_gan.js';
import { useBackend } from '../helpers/backends.js';
import { readTiles } from '../helpers/picture_tiles.js';
import { readReport } from '../helpers/report_page.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-study-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the study', () => {
  const images = readMnist('train');
  const data = { images, batch: 4, seed: 5 };
  beforeAll(() => useBackend('wasm'));

  it.each(Object.keys(CONTESTANTS))('trains %s, whose weights and samples move', async (name) => {
    const tensors = memory().numTensors;
    const contestant = CONTESTANTS[name]!({ seed: 5, seconds: 1 });
    const look = async () => {
      const samples = contestant.sample(10, 2);
      const found = { shape: samples.shape, values: await samples.data() };
      samples.dispose();
      return found;
    };
    const first = await look();
    await contestant.step(data, 0);
    const after = memory().numTensors;
    await contestant.step(data, 0);
    expect(memory().numTensors).toBe(after);
    expect(contestant.steps).toBe(2);
    const last = await look();
    const side = name === 'progan' ? 4 : 32;
    expect(last.shape).toEqual([10, side, side, 1]);
    expect(last.values).not.toEqual(first.values);
    for (const value of last.values) expect(Math.abs(value)).toBeLessThanOrEqual(1);
    contestant.dispose();
    // what stays are tensors that backends keep for all networks
    expect(memory().numTensors - tensors).toBeLessThanOrEqual(2);
  });

  it('grows ProGAN by the share of the time, once a stage has faded in', async () => {
    const contestant = CONTESTANTS['progan']!({ seed: 5, seconds: 0.1 });
    const { system } = contestant as unknown as { system: ProgressiveGAN };
    await contestant.step(data, 0.07);
    expect(system.resolution).toBe(4);
    await contestant.step(data, 0.09);
    expect(system.resolution).toBe(8);
    await contestant.step(data, 0.1);
    await contestant.step(data, 0.5);
    expect(system.resolution).toBe(16);
    contestant.dispose();
  });

  it('makes a conditional system’s samples of each digit, and gives it the digits of its images', async () => {
    const contestant = CONTESTANTS['sagan']!({ seed: 5, seconds: 1 });
    const { system } = contestant;
    const given: number[][] = [];
    vi.spyOn(system, 'generate').mockImplementation(({ latents, condition }) => {
      given.push([...condition!.dataSync()]);
      return zeros([latents.shape[0], 32, 32, 1]);
    });
    vi.spyOn(system, 'trainStep').mockImplementation(({ condition }) => {
      given.push([...condition!.dataSync()]);
      return Promise.resolve();
    });
    contestant.sample(12, 2).dispose();
    await contestant.step(data, 0);
    const places = shuffledBatch({ count: images.count, batchSize: 4, seed: 5, index: 0 });
    expect(given).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1],
      Array.from(places, (place) => images.digits[place]),
    ]);
    contestant.dispose();
  });

  it('scores at equal parts of the time, and reports means over the seeds', async () => {
    const { pixels, digits } = readMnist('t10k');
    const judge = await Judge.create(readClassifier(), { count: 100, pixels, digits });
    const setting = { system: 'sn-dcgan', seconds: 0.5, samples: 10 };
    let now = 0;
    const clock = () => (now += 0.05);
    const passed: number[] = [];
    const results: Result[] = [];
    for (const seed of [0, 1]) {
      const { milestones, picture } = await train(
        { ...setting, seed },
        images,
        judge,
        clock,
        (at) => passed.push(at),
      );
      expect(milestones[0]).toMatchObject({ step: 0, seconds: 0 });
      expect(milestones).toHaveLength(6);
      expect(passed.at(-1)).toBe(0.5);
      for (const { score, frechet } of milestones)
        expect(Number.isFinite(score + frechet)).toBe(true);
      const path = join(folder, `${seed}.png`);
      await savePNG(path, picture);
      expect(readTiles(path, { columns: 10, side: 32, scale: 1 })).toHaveLength(30);
      results.push({ system: 'sn-dcgan', seed, milestones: [milestones[0]!, milestones.at(-1)!] });
    }
    const made = table(results, { seconds: 0.5 });
    const scores = results.map(({ milestones }) => milestones[1]!.score);
    const [a, b] = scores as [number, number];
    const deviation = Math.abs(a - b) / Math.SQRT2;
    expect(made.rows[0]![2]).toBe(`${((a + b) / 2).toFixed(2)} ± ${deviation.toFixed(2)}`);
    const page = readReport(await writeStudyReport(folder, results, [made], {}));
    const curve = page.curves['Score against training time']!['sn-dcgan']!;
    expect(curve).toHaveLength(2);
    expect(curve[1]![1]).toBeCloseTo((a + b) / 2, 6);
  });
});
