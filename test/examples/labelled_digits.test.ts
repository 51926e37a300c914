import { argMax, dispose, sum } from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreementOf } from '../../examples/labelled_digits/agreement.js';
import { digitRows, labelledBatch } from '../../examples/labelled_digits/labels.js';
import { projectionDiscriminator } from '../../examples/labelled_digits/recipe.js';
import { writeRunReport } from '../../examples/labelled_digits/report.js';
import { Run } from '../../examples/labelled_digits/run.js';
import type { Classifier } from '../../examples/mnist/classifier.js';
import { readClassifier } from '../../examples/mnist/read_classifier.js';
import { imageTensor, range } from '../../examples/mnist/data.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { samplesAreIndependent } from '../../src/training/step/independent_samples.js';
import { useBackend } from '../helpers/backends.js';
import { readTiles, tilesOf } from '../helpers/picture_tiles.js';
import { readReport } from '../helpers/report_page.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-labelled-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('labelled digits', () => {
  const train = readMnist('train');
  let classifier: Classifier;
  beforeAll(async () => {
    await useBackend('wasm');
    classifier = readClassifier();
  });

  const started = (name: string) =>
    new Run({ steps: 4, batch: 4, seed: 5, out: join(folder, name) }, train, classifier, {
      ...{ losses: 1, grid: 2, score: 4, checkpoint: 2 },
    });

  async function advance(run: Run, last: number) {
    const losses = [];
    while (run.step < last) losses.push(await run.advance());
    return losses;
  }

  it('gives each image its own label', async () => {
    const { real, condition } = labelledBatch(train, 200, 5, 3);
    const labels = Uint8Array.from(await argMax(condition, 1).data());
    expect((await agreementOf(classifier, real, labels)).share).toBeGreaterThan(0.98);
    expect(await sum(condition, 1).data()).toEqual(new Float32Array(200).fill(1));
    dispose([real, condition]);
  });

  it('counts what the classifier recognizes, by digit', async () => {
    const images = imageTensor(train, range(0, 500));
    const digits = train.digits.slice(0, 500);
    const wrong = digits.map((digit) => (digit === 3 ? 5 : digit));
    const right = await agreementOf(classifier, images, digits);
    const some = await agreementOf(classifier, images, wrong);
    const threes = digits.filter((digit) => digit === 3).length;
    expect(right.share).toBeGreaterThan(0.98);
    expect(some.share).toBeAllclose(right.share - threes / 500, { atol: 0.01 });
    expect(some.byDigit[5]).toBeLessThan(0.7);
    expect(some.byDigit[3]).toBeNaN();
    expect([...digitRows(2)].join('')).toBe('00112233445566778899');
    images.dispose();
  });

  it('has a discriminator that takes real and made digits in one pass', () => {
    expect(samplesAreIndependent(projectionDiscriminator(1))).toBe(true);
  });

  it(
    'trains, draws a row for each digit, and resumes to the bit',
    { timeout: 240_000 },
    async () => {
      const whole = started('whole');
      const losses = await advance(whole, 4);
      for (const { discriminator, generator } of losses)
        expect(Number.isFinite(discriminator! + generator!)).toBe(true);
      const killed = started('killed');
      await advance(killed, 3); // the third step is lost
      const resumed = started('killed');
      await resumed.resume();
      expect(resumed.step).toBe(2);
      expect(await advance(resumed, 4)).toEqual(losses.slice(2));
      expect((await resumed.gan.state()).arrays).toEqual((await whole.gan.state()).arrays);

      const tiles = readTiles(whole.gridPath(4), { columns: 10, side: 28, scale: 2 });
      expect(tiles).toHaveLength(100);
      expect(new Set(tiles.map(String)).size).toBe(100); // neither label nor latent vector is ignored
      const [first, again] = [whole.sample(digitRows(1), 3), resumed.sample(digitRows(1), 3)];
      expect(await tilesOf(first)).toEqual(await tilesOf(again));
      const page = readReport(await writeRunReport(whole, {}, undefined));
      expect(page.subtitle).toMatch(/^4 generator steps, /);
      expect(Object.keys(page.curves)).toEqual(['Losses', 'Recognized']);
      expect(page.pictures).toHaveLength(2);
      dispose([first, again]);
    },
  );
});
