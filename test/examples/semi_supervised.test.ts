import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { labelledPlaces, labelRows, pixelRows } from '../../examples/semi_supervised/data.js';
import { classifierNetwork, generatorNetwork } from '../../examples/semi_supervised/networks.js';
import { errorTable, writeRunsReport } from '../../examples/semi_supervised/report.js';
import { ARMS, Run } from '../../examples/semi_supervised/run.js';
import { useBackend } from '../helpers/backends.js';
import { readTiles } from '../helpers/picture_tiles.js';
import { readReport } from '../helpers/report_page.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-semi-supervised-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => useBackend('wasm'));

const train = readMnist('train');
const { pixels, digits } = readMnist('t10k');
const test = { count: 50, pixels, digits };

describe('the networks of Improved Techniques for MNIST', () => {
  it('have the numbers of weights of the authors’ code', () => {
    const counted = (network: ReturnType<typeof generatorNetwork>) =>
      network.trainableWeights.reduce(
        (sum, { shape }) => sum + shape.reduce<number>((a, b) => a * b!, 1),
        0,
      );
    const generator = generatorNetwork(1);
    expect(counted(generator)).toBe(694_568);
    const classifier = classifierNetwork(2);
    expect(counted(classifier)).toBe(1_538_770);
    // the fixed lengths of all layers but the last
    expect(classifier.countParams() - counted(classifier)).toBe(2250);
    generator.dispose();
    classifier.dispose();
  });
});

describe('the labelled images', () => {
  it('are as many of each class, others by another seed, with their pixels and labels', async () => {
    const places = labelledPlaces(train, 3, 0);
    expect(places.map((place) => train.digits[place])).toEqual(
      [...Array(30).keys()].map((i) => Math.floor(i / 3)),
    );
    expect(new Set(places).size).toBe(30);
    expect(labelledPlaces(train, 3, 0)).toEqual(places);
    expect(labelledPlaces(train, 3, 1)).not.toEqual(places);
    const rows = pixelRows(train, places.slice(1, 2));
    const expected = train.pixels.subarray(places[1]! * 784, (places[1]! + 1) * 784);
    expect(await rows.data()).toBeAllclose([...expected].map((byte) => byte / 255));
    const labels = labelRows(train, places.slice(5, 7));
    expect([...(await labels.data())]).toEqual([
      ...[0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
      ...[0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
    ]);
    rows.dispose();
    labels.dispose();
  });
});

describe('a run', () => {
  const rhythm = { losses: 1, grid: 2, score: 1, checkpoint: 2 };
  const started = (name: string, arm: (typeof ARMS)[number]) => {
    let now = 0;
    const setting = { arm, seed: 3, steps: 3, batch: 4, perClass: 1, divisor: 25 };
    const options = { ...setting, out: join(folder, name) };
    return Run.create(options, { train, test }, () => now++, rhythm);
  };

  it('counts its errors, draws, resumes to the bit, and leaves nothing', async () => {
    const tensors = memory().numTensors;
    const traces = [];
    for (const arm of ARMS) {
      const whole = await started(`${arm} whole`, arm);
      const losses = [];
      while (whole.step < 3) losses.push(await whole.advance());
      const names = arm === 'semi-supervised' ? ['unlabelled', 'featureMatching'] : [];
      for (const told of losses) expect(Object.keys(told)).toEqual(['labelled', ...names]);
      expect(losses[2]!['labelled']).not.toBe(losses[0]!['labelled']);
      const { milestones } = whole.history;
      expect(milestones.map(({ step }) => step)).toEqual([1, 2, 3]);
      for (const { errors, latest } of milestones) {
        expect(errors).toBeGreaterThan(0);
        expect(errors).toBeLessThanOrEqual(50);
        expect(latest).toBeLessThanOrEqual(50);
      }
      const columns = arm === 'semi-supervised' ? 20 : 1;
      const tiles = readTiles(whole.gridPath(2), { columns, side: 28, scale: 1 });
      expect(tiles).toHaveLength(arm === 'semi-supervised' ? 100 : 10);
      const resumed = await started(`${arm} whole`, arm);
      await resumed.resume();
      expect(resumed.step).toBe(2);
      expect(await resumed.advance()).toEqual(losses[2]);
      traces.push({
        setting: { arm, seed: 3, steps: 3, batch: 4, perClass: 1, divisor: 25 },
        milestones,
      });
      whole.dispose();
      resumed.dispose();
    }
    expect(memory().numTensors).toBe(tensors);

    const { rows } = errorTable(traces, 50);
    expect(rows.map(([arm]) => arm)).toEqual([...ARMS]);
    expect(rows[0]![2]).toBe(String(traces[0]!.milestones[2]!.errors));
    const path = await writeRunsReport(folder, { traces, images: 50, frames: [], facts: {} });
    expect(existsSync(path)).toBe(true);
    const curve = readReport(path).curves['Error on the test images']!;
    expect(Object.keys(curve)).toHaveLength(4);
  });
});
