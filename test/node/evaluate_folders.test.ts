import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { densityCoverage } from '../../src/metrics/density_coverage.js';
import { FeatureStatistics } from '../../src/metrics/feature_statistics.js';
import { frechetDistance } from '../../src/metrics/frechet_distance.js';
import { inceptionScore } from '../../src/metrics/inception_score.js';
import { kernelDistance } from '../../src/metrics/kernel_distance.js';
import { precisionRecall } from '../../src/metrics/precision_recall.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { scoreTable } from '../../src/node/command/score_table.js';
import { evaluateFolders } from '../../src/node/evaluate/evaluate_folders.js';
import type { EvaluateFoldersOptions } from '../../src/node/evaluate/evaluate_folders.js';
import { folderImages } from '../../src/node/folder_images.js';
import { modelFile } from '../../src/node/model_file.js';
import { savePNG } from '../../src/node/png.js';
import { useBackend } from '../helpers/backends.js';
import { graphModel } from '../helpers/graph_model.js';

const root = mkdtempSync(join(tmpdir(), 'gan-kit-evaluate-'));
afterAll(() => rmSync(root, { recursive: true }));
const path = (...names: string[]) => join(root, ...names);

async function draw(folder: string, count: number, seed: number, brightness: number) {
  for (let i = 0; i < count; i++) {
    const data = Uint8Array.from(new RandomStream(seed + i).uniformValues(48, 0, brightness));
    await savePNG(path(folder, `${i}.png`), { width: 4, height: 4, channels: 3, data });
  }
}

/** Two features and three logits, of the mean colour. */
function classifier() {
  const network = sequential({
    layers: [
      layers.globalAveragePooling2d({ inputShape: [4, 4, 3], name: 'colour' }),
      layers.dense({ units: 2, name: 'features', useBias: false }),
      layers.dense({ units: 3, name: 'logits', useBias: false }),
    ],
  });
  initializeWeights(network, { stddev: 3, seed: 5 });
  return network;
}

describe('evaluateFolders', () => {
  const model: EvaluateFoldersOptions = {
    real: path('real'),
    fake: path('fake'),
    extractor: path('classifier.json'),
    layer: 'features',
    logits: 'logits',
    ...{ batchSize: 5, splits: 3, subsets: 4, subsetSize: 7, seed: 3 },
  };

  beforeAll(async () => {
    await useBackend('wasm');
    await draw('real', 12, 100, 256);
    await draw('fake', 9, 200, 200);
    await draw('broken', 3, 300, 256);
    writeFileSync(path('broken', '1a.png'), 'not a PNG');
    await classifier().save(modelFile(path('classifier.json')));
    writeFileSync(
      path('colours.mjs'),
      `import { mean } from '@tensorflow/tfjs-core';
       export default (images) => mean(images, [1, 2]);`,
    );
    writeFileSync(path('nothing.mjs'), 'export default 7;');
    writeFileSync(path('flat.mjs'), 'export default (images) => images.clone();');
  });

  it('the scores of the features of both folders, by every metric', async () => {
    const network = classifier();
    const rows = async (folder: string, layer: string) => {
      const parts: number[][] = [];
      for await (const images of await folderImages({ folder: path(folder) })) {
        const outputs = network.layers.slice(0, layer === 'features' ? 2 : 3);
        const out = tidy(() => outputs.reduce((x, one) => one.apply(x) as Tensor4D, images));
        parts.push(...((await out.array()) as unknown as number[][]));
      }
      return tensor2d(parts);
    };
    const pair = { real: await rows('real', 'features'), fake: await rows('fake', 'features') };
    const statistics = [new FeatureStatistics(), new FeatureStatistics()] as const;
    await statistics[0].update(pair.real);
    await statistics[1].update(pair.fake);
    const kernel = await kernelDistance(pair, { subsets: 4, subsetSize: 7, seed: 3 });
    const { precision, recall, f1 } = await precisionRecall(pair);
    const { density, coverage } = await densityCoverage(pair);
    const of = { fake: await rows('fake', 'logits'), real: await rows('real', 'logits') };
    const classes = {
      fake: await inceptionScore(of.fake, { splits: 3 }),
      real: await inceptionScore(of.real, { splits: 3 }),
    };
    const before = memory().numTensors;
    const progress: string[] = [];
    const evaluation = await evaluateFolders({
      ...model,
      onProgress: ({ images, of }) => progress.push(`${images}/${of}`),
    });
    expect(memory().numTensors).toBe(before);
    expect(progress).toEqual(['5/21', '10/21', '12/21', '17/21', '21/21']);
    expect(evaluation).toMatchObject({ real: 12, fake: 9, skipped: {} });
    const features = 'classifier.json, features';
    const expected: [string, number, number?][] = [
      [`Fréchet distance (${features})`, await frechetDistance(...statistics)],
      [`kernel distance (${features})`, kernel.mean, kernel.std],
      ...([
        ['precision', precision],
        ['recall', recall],
        ['F1', f1],
      ] as [string, number][]),
      ...([
        ['density', density],
        ['coverage', coverage],
      ] as [string, number][]),
      [`classifier score (${features})`, classes.fake.mean, classes.fake.std],
      [`classifier score (${features}) of real images`, classes.real.mean, classes.real.std],
    ];
    expect(evaluation.scores.map(({ name }) => name)).toEqual(expected.map(([name]) => name));
    evaluation.scores.forEach(({ value, std }, i) => {
      const [, score, deviation] = expected[i]!;
      expect(value).toBeAllclose(score, { rtol: 1e-5, atol: 1e-7 });
      if (deviation === undefined) expect(std).toBeUndefined();
      else expect(std).toBeAllclose(deviation, { rtol: 1e-4, atol: 1e-7 });
    });
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
    expect(scoreTable(evaluation).split('\n')).toHaveLength(2 + expected.length);
    expect(scoreTable(evaluation)).toMatch(/^9 fake images, 12 real images; features: classifier/);
    expect(scoreTable(evaluation)).toMatch(/precision +[\d.]+ +neighbors 3/);
  });

  it('only what is asked for, by a function of a module', async () => {
    const { scores, features } = await evaluateFolders({
      ...{ real: path('real'), fake: path('real'), extractor: path('colours.mjs') },
      metrics: ['frechet', 'kernel'],
    });
    expect(features).toBe('colours.mjs');
    expect(scores.map(({ metric }) => metric)).toEqual(['frechet', 'kernel']);
    expect(scores[0]!.value).toBeLessThan(1e-12);
    expect(scores[1]!.settings).toEqual({ subsets: 1, subsetSize: 12, seed: 0 });
  });

  it('a GraphModel by its nodes', async () => {
    const filter = classifier().layers[1]!.getWeights()[0]!;
    await modelFile(path('graph.json')).save!(graphModel((await filter.data()) as Float32Array));
    const { real, fake, extractor, layer } = model as Required<EvaluateFoldersOptions>;
    const options: EvaluateFoldersOptions = { real, fake, extractor, layer, metrics: ['frechet'] };
    const before = memory().numTensors;
    const { scores, features } = await evaluateFolders({
      ...{ ...options, extractor: path('graph.json'), layer: 'conv' },
    });
    expect(memory().numTensors).toBe(before);
    expect(features).toBe('graph.json, conv');
    const same = await evaluateFolders(options); // the mean and a linear map commute
    scores.forEach(({ value }, i) =>
      expect(value).toBeAllclose(same.scores[i]!.value, { rtol: 1e-5 }),
    );
    await expect(
      evaluateFolders({ ...options, extractor: path('graph.json'), layer: 'features' }),
    ).rejects.toThrow(/`layer` must be a node of the graph/);
  });

  it('names the files that it passed over', async () => {
    const broken = { ...model, fake: path('broken'), metrics: ['frechet'] } as const;
    await expect(evaluateFolders(broken)).rejects.toThrow(/1a\.png/);
    const { fake, skipped } = await evaluateFolders({ ...broken, onCorrupt: 'skip' });
    expect(fake).toBe(3);
    expect(Object.keys(skipped)).toEqual([path('broken', '1a.png')]);
  });

  it.each<[Partial<EvaluateFoldersOptions> & Record<string, unknown>, RegExp]>([
    [{ metrics: ['fid'] as never }, /`metrics` must be of frechet, kernel/],
    [{ extractor: 'inception' }, /`weights` must be a path, .*\n.*nothing is downloaded/],
    [{ weights: 'x.pth' }, /`weights` must be left out/],
    [{ layer: 'conv9' }, /`layer` must be one of the model's/],
    [{ layer: undefined }, /`layer` must be the name of a layer/],
    [{ extractor: path('nothing.mjs'), layer: undefined, logits: undefined }, /default export/],
    [{ extractor: path('flat.mjs'), layer: undefined, logits: undefined }, /of shape \[5,\?\]/],
    [{ logits: undefined, metrics: ['classifier'] }, /the extractor has no logits/],
    [{ subsetSize: 10 }, /subsetSize/],
    [{ neighbors: 9 }, /neighbors/],
    [{ real: path('nowhere') }, /a folder that exists/],
    [{ neighbours: 3 }, /Received: "neighbours"/],
  ])('refuses %o', async (options, message) => {
    const before = memory().numTensors;
    await expect(evaluateFolders({ ...model, ...options })).rejects.toThrow(message);
    expect(memory().numTensors).toBe(before);
  });
});
