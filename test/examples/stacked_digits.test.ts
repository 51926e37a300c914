import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose, memory } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Classifier } from '../../examples/mnist/classifier.js';
import { readClassifier } from '../../examples/mnist/read_classifier.js';
import { imageTensor, trainingBatch } from '../../examples/mnist/data.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import {
  digitsOf,
  stack,
  stackedBatch,
  stackedBatches,
} from '../../examples/stacked_digits/images.js';
import { modesOf } from '../../examples/stacked_digits/modes.js';
import { buildGAN } from '../../examples/stacked_digits/recipe.js';
import { table, writeRunReport } from '../../examples/stacked_digits/report.js';
import { Run } from '../../examples/stacked_digits/run.js';
import { useBackend } from '../helpers/backends.js';
import { readReport } from '../helpers/report_page.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-stacked-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('stacked digits', () => {
  const train = readMnist('train');
  let classifier: Classifier;
  beforeAll(async () => {
    await useBackend('wasm');
    classifier = readClassifier();
  });

  const started = (name: string, packing = 2) =>
    new Run(
      { steps: 4, packing, batch: 3, seed: 5, out: join(folder, name) },
      train,
      classifier,
      () => 0,
      { losses: 1, grid: 4, score: Infinity, checkpoint: 2 },
    );

  async function advance(run: Run, last: number) {
    const losses = [];
    while (run.step < last) losses.push(await run.advance());
    return losses;
  }

  it('have three digits of the data as channels, and come apart again', async () => {
    const [stacked, digits] = [stackedBatch(train, 2, 5, 1), trainingBatch(train, 6, 5, 1)];
    expect(stacked.shape).toEqual([2, 28, 28, 3]);
    const [pixels, ours] = [await stacked.data(), await digits.data()];
    // pixel 400 of digit 1 of image 1
    expect(pixels[3 * (784 + 400) + 1]).toBe(ours[784 * 4 + 400]);
    const apart = digitsOf(stacked);
    expect(await apart.data()).toEqual(ours);
    dispose([stacked, digits, apart]);
  });

  it('are counted by the digits of their channels', async () => {
    const { digits } = train;
    const place = (digit: number, skip = 0) =>
      [...digits.keys()].filter((i) => digits[i] === digit)[skip]!;
    // two images of 7 0 1, one of 1 0 7
    const places = [7, 0, 1, 7, 0, 1, 1, 0, 7].map((digit, i) => place(digit, i < 3 ? 0 : 1));
    const singles = imageTensor(train, places);
    const found = await modesOf(classifier, [stack(singles)]);
    expect(found.modes).toBe(2);
    const expected = (2 / 3) * Math.log((2 / 3) * 1000) + (1 / 3) * Math.log((1 / 3) * 1000);
    expect(found.kl).toBeCloseTo(expected, 10);
    expect(found.confident).toBe(1);
    singles.dispose();
  });

  it('of the data have almost as many modes as images, if these are few', async () => {
    const before = memory().numTensors;
    const { modes, confident } = await modesOf(classifier, stackedBatches(train, 2, 100));
    expect(modes).toBeGreaterThan(160);
    expect(confident).toBeGreaterThan(0.95);
    expect(memory().numTensors).toBe(before);
  });

  it.each([
    [1, 1889],
    [4, 2213],
  ])('have the networks of the paper with packs of %d', (packing, ofD) => {
    const gan = buildGAN(packing, 0);
    const trained = ({ trainableWeights }: (typeof gan)['networks']['generator']) =>
      trainableWeights.reduce(
        (sum, { shape }) => sum + shape.reduce<number>((product, size) => product * size!, 1),
        0,
      );
    expect(trained(gan.networks.generator)).toBe(287_875);
    expect(trained(gan.networks.discriminator)).toBe(ofD);
    gan.dispose();
  });

  it('go on to the bit after an interruption, with a level count of tensors', async () => {
    const whole = started('whole');
    const losses = await advance(whole, 2);
    const tensors = memory().numTensors;
    losses.push(...(await advance(whole, 4)));
    expect(memory().numTensors).toBe(tensors);
    await advance(started('killed'), 2);
    const resumed = started('killed');
    await resumed.resume();
    expect(resumed.step).toBe(2);
    expect(await advance(resumed, 4)).toEqual(losses.slice(2));
    expect((await resumed.gan.state()).arrays).toEqual((await whole.gan.state()).arrays);
    const other = started('killed', 3);
    await expect(other.resume()).rejects.toThrow('packing');

    await whole.score();
    const [found] = whole.history.milestones;
    expect(found!.modes).toBeGreaterThan(0);
    expect(found!.kl).toBeLessThanOrEqual(Math.log(1000) + 1e-9);
    const page = readReport(await writeRunReport(whole, {}, [table({ generated: found! })]));
    expect(Object.keys(page.curves)).toEqual(['Losses', 'Modes', 'KL']);
    expect(page.pictures).toHaveLength(1);
  });

  it('are normalized by their own batch, and leave the running statistics alone', async () => {
    const run = started('samples');
    const statistics = async () =>
      Promise.all(run.gan.networks.generator.weights.map((weight) => weight.read().data()));
    const before = await statistics();
    const sizes: number[] = [];
    for (const part of run.samples(130, 3)) {
      sizes.push(part.shape[0]);
      part.dispose();
    }
    expect(sizes).toEqual([128, 2]);
    expect(await statistics()).toEqual(before);
    run.dispose();
  });

  it('are drawn in colour: each channel is one of the three digits', async () => {
    const run = started('picture');
    await run.saveGrid();
    const [images] = [...run.samples(128, 1)] as [Tensor4D];
    const pixels = await images.data();
    const { width, height, channels, data } = decode(readFileSync(run.gridPath(0)));
    expect([width, height, channels]).toEqual([12 * 58 - 2, 2 * 58 - 2, 3]);
    // row 9, column 20 of the second image
    const at = 3 * (2 * 9 * width + 58 + 2 * 20);
    const from = 3 * (784 + 28 * 9 + 20);
    for (let c = 0; c < 3; c++)
      expect(Math.abs(data[at + c]! - 127.5 * (pixels[from + c]! + 1))).toBeLessThan(0.51);
    images.dispose();
  });
});
