import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digitsIn, paddedBatch } from '../../examples/mnist/padded.js';
import type { Way } from '../../examples/growing_digits/recipe.js';
import { table, writeRunReport, writeStages } from '../../examples/growing_digits/report.js';
import { Run } from '../../examples/growing_digits/run.js';
import { readClassifier } from '../../examples/mnist/read_classifier.js';
import { trainingBatch } from '../../examples/mnist/data.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { Judge } from '../../examples/mnist/scores.js';
import { useBackend } from '../helpers/backends.js';
import { readReport } from '../helpers/report_page.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-growing-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('growing digits', () => {
  const train = readMnist('train');
  let judge: Judge;
  beforeAll(async () => {
    await useBackend('wasm');
    const { pixels, digits } = readMnist('t10k');
    judge = await Judge.create(readClassifier(), { count: 100, pixels, digits });
  });

  /** A run of 1 second, of which each look at the clock takes a part. */
  function started(name: string, way: Way = 'growing') {
    let now = 0;
    const clock = () => (now += 0.14);
    const options = {
      ...{ way, seconds: 1, batch: 4, seed: 5, samples: 10 },
      out: join(folder, name),
    };
    return new Run(options, train, judge, clock);
  }

  async function advance(run: Run, last = Infinity) {
    const losses = [];
    while (run.done < run.length && run.step < last) losses.push(await run.advance());
    return losses;
  }

  it('gives digits a margin, and takes it off', async () => {
    const padded = paddedBatch(train, 3, 5, 1);
    const [ours, theirs] = [digitsIn(padded), trainingBatch(train, 3, 5, 1)];
    expect(padded.shape).toEqual([3, 32, 32, 1]);
    expect(await ours.data()).toEqual(await theirs.data());
    dispose([padded, ours, theirs]);
  });

  it('grows by its seconds once a stage has faded in, and resumes to the bit if the clock says the same', async () => {
    const whole = started('whole');
    const losses = await advance(whole);
    expect(whole.step).toBe(8);
    for (const { discriminator, generator } of losses)
      expect(Number.isFinite(discriminator! + generator!)).toBe(true);
    await whole.endStage();
    const { ends, milestones } = whole.history;
    expect(ends.map(({ resolution }) => resolution)).toEqual([4, 8, 16, 32].slice(0, ends.length));
    expect(milestones).toHaveLength(8);
    const killed = started('killed');
    await advance(killed, 4);
    const resumed = started('killed');
    await resumed.resume();
    const { step } = resumed;
    expect(step).toBeGreaterThan(0);
    expect(await advance(resumed)).toEqual(losses.slice(step));
    expect((await resumed.gan.state()).arrays).toEqual((await whole.gan.state()).arrays);

    expect(existsSync(await writeStages(whole))).toBe(true);
    const scores = await whole.scoresOf(10, 3, 2);
    const found = table([{ way: 'growing', steps: whole.step, seconds: whole.done, scores }], 10);
    const page = readReport(await writeRunReport(folder, [whole], {}, [found]));
    expect(page.subtitle).toBe('growing 8 steps, 1 s');
    expect(Object.keys(page.curves)).toEqual([
      ...['Classifier score', 'Fréchet distance', 'Losses, growing'],
    ]);
    expect(page.pictures).toHaveLength(ends.length);
  });

  it('does not grow in the other way, which has the same weights at the start', async () => {
    const [growing, fixed] = [started('grown'), started('fixed', 'fixed')];
    expect([growing.gan.resolution, fixed.gan.resolution]).toEqual([4, 32]);
    const weights = async ({ gan }: Run) =>
      Promise.all(gan.networks.generator.trainableWeights.map((one) => one.read().data()));
    expect(await weights(fixed)).toEqual(await weights(growing));
    await advance(fixed, 1);
    expect([fixed.gan.resolution, fixed.gan.fade]).toEqual([32, 0]);
  });
});
