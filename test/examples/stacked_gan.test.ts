import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clone, memory, reshape, sub, tidy, tile } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClassifier } from '../../examples/mnist/read_classifier.js';
import { imageTensor } from '../../examples/mnist/data.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { accuracyOf, trainEncoder } from '../../examples/stacked_gan/encoder.js';
import { Jury } from '../../examples/stacked_gan/figures.js';
import { bright, brightBatch } from '../../examples/stacked_gan/images.js';
import { buildEncoder, buildLevels, PAPER } from '../../examples/stacked_gan/networks.js';
import { table, writeRunReport } from '../../examples/stacked_gan/report.js';
import { Run } from '../../examples/stacked_gan/run.js';
import { sampleLatents } from '../../src/training/latents.js';
import { useBackend } from '../helpers/backends.js';
import { readReport } from '../helpers/report_page.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-stacked-gan-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NARROW = { latents: 3, encoder: 4, generator: 4, discriminator: 2 };

const countOf = ({ trainableWeights }: LayersModel) =>
  trainableWeights.reduce(
    (sum, { shape }) => sum + shape.reduce<number>((product, size) => product * size!, 1),
    0,
  );

describe('the stack on MNIST', () => {
  const [train, test] = [readMnist('train'), readMnist('t10k')];
  let jury: Jury;
  beforeAll(async () => {
    await useBackend('wasm');
    const few = { ...test, count: 100, digits: test.digits.subarray(0, 100) };
    jury = await Jury.create(readClassifier(), few, {
      ...{ ofEach: 2, images: 10, varied: 4, draws: 2 },
    });
  });

  const started = (name: string, entropy = 10) =>
    new Run(
      { steps: 4, joint: 2, entropy, batch: 4, seed: 5, out: join(folder, name) },
      buildEncoder(NARROW, 5),
      train,
      jury,
      () => 0,
      { losses: 1, grid: 4, score: 4, checkpoint: 2, sizes: NARROW },
    );

  async function advance(run: Run, last: number) {
    const losses = [];
    while (run.step < last) losses.push(await run.advance());
    return losses;
  }

  it("has the authors' numbers of parameters at their sizes", () => {
    const [images, features] = buildLevels(PAPER, 0);
    expect(countOf(buildEncoder(PAPER, 0))).toBe(160_362);
    expect(countOf(images!.generator)).toBe(1_516_097);
    expect(countOf(images!.discriminator)).toBe(794_675);
    expect(countOf(features!.generator)).toBe(426_240);
    expect(countOf(features!.discriminator)).toBe(144_691);
  });

  it('has pixels in [0, 1]', async () => {
    const { real, condition } = brightBatch(train, 3, 5, 0);
    const pixels = await real.data();
    expect([Math.min(...pixels), Math.max(...pixels)]).toEqual([0, 1]);
    expect(condition.shape).toEqual([3, 10]);
  });

  it('is over an encoder that learns digits', async () => {
    const encoder = buildEncoder({ ...PAPER, encoder: 8 }, 0);
    const few = { ...test, count: 500, digits: test.digits.subarray(0, 500) };
    const before = await accuracyOf(encoder, few);
    await trainEncoder(encoder, train, 0, 15);
    const after = await accuracyOf(encoder, few);
    expect(before).toBeLessThan(0.2);
    expect(after).toBeGreaterThan(0.4);
  });

  it('goes on to the bit after an interruption in either mode, with a level count of tensors', async () => {
    const whole = started('whole');
    const losses = await advance(whole, 2);
    expect(whole.gan.mode).toBe('independent');
    const tensors = memory().numTensors;
    losses.push(...(await advance(whole, 4)));
    expect(whole.gan.mode).toBe('joint');
    expect(memory().numTensors).toBe(tensors);
    const killed = started('killed');
    await advance(killed, 2);
    const resumed = started('killed');
    await resumed.resume();
    expect(await advance(resumed, 4)).toEqual(losses.slice(2));
    expect((await resumed.gan.state()).arrays).toEqual((await whole.gan.state()).arrays);
    await expect(started('killed', 0).resume()).rejects.toThrow('entropy');

    const [figures] = whole.history.milestones;
    expect(figures!.step).toBe(4);
    expect(table(whole).rows).toHaveLength(1);
    const page = readReport(await writeRunReport(whole, {}));
    expect(Object.keys(page.curves)).toEqual([
      ...['Discriminators', 'Generators', 'Conditions', 'Entropy', 'Figures'],
    ]);
    expect(page.pictures).toHaveLength(1);
  });

  it('is judged by labels, digits and variance', async () => {
    const places = (digit: number) =>
      [...test.digits.keys()].filter((i) => test.digits[i] === digit);
    const numTensors = memory().numTensors;
    const figures = await jury.figuresOf({
      latentSizes: [1, 1],
      // two test images of each digit, but 7 in place of 1; of given latents, pixels that are one of them
      generate: ({ latents }) =>
        tidy(() => {
          if (latents !== undefined)
            return tile(reshape(latents[1]!, [4, 1, 1, 1]), [1, 28, 28, 1]);
          const asked = Array.from({ length: 10 }, (_, digit) => (digit === 1 ? 7 : digit));
          return bright(
            imageTensor(
              test,
              asked.flatMap((digit) => places(digit).slice(0, 2)),
            ),
          );
        }),
      // the image by odd seeds, its negative by even ones
      reconstruct: ({ images, seed }) => (seed! % 2 === 1 ? clone(images) : sub(1, images)),
    });
    expect(memory().numTensors).toBe(numTensors);
    expect(figures.asked).toBe(0.9);
    expect(figures.kept).toBe(1);
    expect(figures.frechet).toBeGreaterThan(0);
    // x and 1 − x vary by (x − ½)², of nearly black and white pixels ¼
    const x = await jury.shown(0, 4).data();
    const mean = (of: (i: number) => number) =>
      Array.from({ length: 784 }, (_, i) => of(i)).reduce((a, b) => a + b, 0) / 784;
    const fours = (i: number) => [0, 1, 2, 3].map((n) => x[784 * n + i]!);
    const made = mean((i) => fours(i).reduce((sum, v) => sum + (v - 0.5) ** 2, 0) / 4);
    const ofImages = mean((i) => {
      const centre = fours(i).reduce((a, b) => a + b, 0) / 4;
      return fours(i).reduce((sum, v) => sum + (v - centre) ** 2, 0) / 4;
    });
    expect(figures.variation / (made / ofImages)).toBeCloseTo(1, 4);
    const [one, other] = [0, 1].map((seed) =>
      sampleLatents({ count: 4, size: 1, distribution: 'uniform01', seed }),
    );
    const [u, v] = [await one!.data(), await other!.data()];
    const ofMade = Array.from(u).reduce((sum, value, i) => sum + ((value - v[i]!) / 2) ** 2, 0) / 4;
    expect(figures.fromAbove / (ofMade / ofImages)).toBeCloseTo(1, 4);
  });

  it('is drawn level by level', async () => {
    const run = started('picture');
    await run.saveGrid();
    const { width, height } = decode(readFileSync(run.gridPath(0)));
    expect([width, height]).toEqual([12 * 30 - 2, 2 * (10 * 30 - 2) + 6]);
    run.dispose();
  });
});
