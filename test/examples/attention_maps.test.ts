import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose, memory, scalar, sum, tensor3d, tensor4d } from '@tensorflow/tfjs-core';
import { decode } from 'fast-png';
import { sampleLatents } from '../../src/training/latents.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classedBatch } from '../../examples/attention_maps/batches.js';
import { figuresOf } from '../../examples/attention_maps/figures.js';
import type { Jury } from '../../examples/attention_maps/jury.js';
import { AttentionLayer, gammaOf } from '../../examples/attention_maps/layer.js';
import { beside, drawMaps } from '../../examples/attention_maps/pictures.js';
import { queriesOf } from '../../examples/attention_maps/queries.js';
import type { Place } from '../../examples/attention_maps/recipe.js';
import { writeRunReport, writeSamples } from '../../examples/attention_maps/report.js';
import { Run } from '../../examples/attention_maps/run.js';
import { tablesOf } from '../../examples/attention_maps/tables.js';
import { judgeRun } from '../../examples/attention_maps/verdict.js';
import { agreementOf } from '../../examples/labelled_digits/agreement.js';
import { readClassifier } from '../../examples/mnist/read_classifier.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { classTensor } from '../../examples/mnist/digit_classes.js';
import { digitsIn } from '../../examples/mnist/padded.js';
import { Judge } from '../../examples/mnist/scores.js';
import { useBackend } from '../helpers/backends.js';
import { readReport } from '../helpers/report_page.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-attention-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('attention maps', () => {
  const train = readMnist('train');
  const { pixels, digits } = readMnist('t10k');
  const test = { count: 200, pixels, digits: digits.slice(0, 200) };
  let jury: Jury;
  beforeAll(async () => {
    await useBackend('wasm');
    const classifier = readClassifier();
    jury = { classifier, judge: await Judge.create(classifier, test) };
  });

  function started(name: string, attention: Place = 'both', { seconds = 1.5, grid = 3 } = {}) {
    let now = 0;
    const clock = () => (now += 0.5);
    const options = {
      ...{ attention, seconds, steps: 3, batch: 2, seed: 5, out: join(folder, name) },
      ofEach: { during: 1, compared: 1 },
    };
    return new Run(options, train, jury, clock, { losses: 1, grid, score: grid, checkpoint: 2 });
  }

  async function advance(run: Run, last: number) {
    const losses = [];
    while (run.step < last) losses.push(await run.advance());
    return losses;
  }

  it('gives each image its own class', async () => {
    const { real, condition } = classedBatch(train, 100, 5, 3);
    const cut = digitsIn(real);
    const asked = Uint8Array.from(await condition.data());
    expect(condition.shape).toEqual([100, 1]);
    expect((await agreementOf(jury.classifier, cut, asked)).share).toBeGreaterThan(0.97);
    dispose([real, condition, cut]);
  });

  it('measures where maps look, and how widely', async () => {
    // a white left half; 4 × 4 pixels look at 2 × 2 keys
    const image = tensor4d(
      Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 1 : -1)),
      [1, 8, 8, 1],
    );
    const rows = Array.from({ length: 16 }, (_, i) =>
      i % 4 < 2 ? [1, 0, 0, 0] : [0.25, 0.25, 0.25, 0.25],
    );
    const maps = tensor3d([rows]);
    const figures = await figuresOf(maps, image);
    expect(figures.keys).toBeAllclose((1 + 4) / 2, { rtol: 1e-5 });
    expect(figures.strokes).toBe(0.5);
    expect(figures.fromStrokes).toBeAllclose(1, { rtol: 1e-5 });
    expect(figures.fromGround).toBeAllclose(0.5, { rtol: 1e-5 });
    expect(figures.distance).toBeLessThan(figures.equalDistance);
    dispose([image, maps]);
  });

  it('picks pixels on the strokes and on the ground', () => {
    const bright = [0, 0, 0, 0, 0, 0.9, 0, 0, 0, 0, 0.1, 0, 0, 0, 1, 0];
    expect(queriesOf(bright, 4)).toEqual({ top: 5, bottom: 14, ground: 6 });
  });

  it('draws each image with its marks, and a map for each mark', async () => {
    const image = tensor4d(new Float32Array(64).fill(-1), [1, 8, 8, 1]);
    const row = [0, 1, 0, 0.5];
    const maps = tensor3d([Array.from({ length: 16 }, () => row)]);
    const { width, height, data } = await drawMaps(image, maps, 1);
    expect([width, height]).toEqual([4 * 8 * 4 + 3 * 4, 8 * 4]);
    const at = (x: number, y: number) => [
      ...data.slice(3 * (y * width + x), 3 * (y * width + x) + 3),
    ];
    const third = 2 * 36; // the left of the third tile
    expect(at(third + 24, 2)).toEqual([255, 217, 77]); // the key at the top right has most
    expect(at(third + 24, 30)).toEqual([128, 108, 38]);
    expect(at(third + 10, 30)).toEqual([0, 0, 0]);
    const both = beside([
      { width, height, channels: 3, data },
      { width, height, channels: 3, data },
    ]);
    expect(both.width).toBe(2 * width + 16);
    dispose([image, maps]);
  });

  it('trains with attention that leaves γ = 0, resumes to the bit, and shows where it looks', async () => {
    const whole = started('whole');
    expect(await gammaOf(whole.gan.networks.generator)!.read().data()).toEqual(new Float32Array(1));
    const losses = await advance(whole, 3);
    for (const { discriminator, generator, ofG, ofD } of losses) {
      expect(Number.isFinite(discriminator! + generator!)).toBe(true);
      expect(Math.min(Math.abs(ofG!), Math.abs(ofD!))).toBeGreaterThan(0);
    }
    expect(whole.history.atSeconds.map(({ step }) => step)).toEqual([3]);
    const killed = started('killed', 'both', { grid: 9 });
    await advance(killed, 3); // the third step is lost
    const resumed = started('killed', 'both', { grid: 9 });
    await resumed.resume();
    expect(resumed.step).toBe(2);
    expect(await advance(resumed, 3)).toEqual(losses.slice(2));
    expect((await resumed.gan.state()).arrays).toEqual((await whole.gan.state()).arrays);

    const before = memory().numTensors;
    const result = await judgeRun(whole, test, 1);
    expect(memory().numTensors).toBe(before);
    for (const look of Object.values(result.looks)) {
      expect(look.keys).toBeGreaterThan(1);
      expect(look.keys).toBeLessThan(64.01);
      expect(look.addition).toBeGreaterThan(0);
    }
    const plain = started('plain', 'none', { seconds: 99 });
    await advance(plain, 1);
    await plain.saveGrid();
    const results = [result, await judgeRun(plain, test, 1)];
    const tables = tablesOf(results, 2);
    expect(tables.map(({ rows }) => rows.map(([name]) => name))).toEqual([
      ...[['none', 'both'], ['none', 'both'], ['both']],
      ['both: generator', 'both: discriminator'],
    ]);
    expect(tables[1]!.rows[0]![1]).toBe('some runs ended before');
    const samples = await writeSamples(join(folder, 'samples.png'), [
      whole.gridPath(3),
      plain.gridPath(1),
    ]);
    expect(decode(readFileSync(samples)).width).toBe(2 * (10 * 34 - 2) + 16);
    const frames = [{ caption: 'samples', png: readFileSync(samples) }];
    const page = readReport(await writeRunReport(folder, results, tables, {}, frames));
    expect(Object.keys(page.curves)).toEqual([
      ...['γ of the generator', 'γ of the discriminator', 'As asked', 'Fréchet distance'],
      ...['Losses, both, seed 5', 'Losses, none, seed 5'],
    ]);
  });

  it('turns attention off', async () => {
    const { gan } = started('off', 'generator');
    const { generator } = gan.networks;
    gammaOf(generator)!.write(scalar(0.5));
    const inputs = [sampleLatents({ count: 2, size: 16, seed: 1 }), classTensor([3, 7])];
    const layer = new AttentionLayer(generator);
    const maps = layer.maps(inputs);
    const sums = sum(maps, 2);
    expect(await sums.data()).toBeAllclose(new Float32Array(512).fill(1), { rtol: 1e-5 });
    const on = layer.addition(inputs);
    layer.turnOff();
    const off = layer.addition(inputs);
    expect((await on.data())[0]).toBeGreaterThan(0);
    expect((await off.data())[0]).toBe(0);
    dispose([...inputs, maps, sums, on, off]);
  });
});
