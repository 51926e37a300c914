import { memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isGanKitError } from '../../src/errors.js';
import { RandomStream } from '../../src/internal/random.js';
import { inceptionScore } from '../../src/metrics/classifier/inception_score.js';
import { FeatureStatistics } from '../../src/metrics/gaussian/feature_statistics.js';
import { frechetDistance } from '../../src/metrics/gaussian/frechet_distance.js';
import { kernelDistance } from '../../src/metrics/kernel/kernel_distance.js';
import { densityCoverage } from '../../src/metrics/neighbors/density_coverage.js';
import { precisionRecall } from '../../src/metrics/neighbors/precision_recall.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { scoreTable } from '../../src/node/command/score_table.js';
import { evaluateFolders } from '../../src/node/evaluate/evaluate_folders.js';
import type { EvaluateFoldersOptions } from '../../src/node/evaluate/evaluate_options.js';
import { modelFile } from '../../src/node/files/model_file.js';
import { folderImages } from '../../src/node/images/folder_images.js';
import { savePNG } from '../../src/node/images/png.js';
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

/** What functions of users return, wrongly. */
const ANSWERS = {
  silent: '',
  list: 'return [[1, 2, 3]];',
  misspelt: 'return { feature: colours(images) };',
  both: 'return { features: colours(images), logit: colours(images) };',
  short: 'return tidy(() => slice(colours(images), [0, 0], [1, 3]));',
  narrow: 'return fill([images.shape[0], 0], 0);',
  growing: 'return fill([images.shape[0], batches], 0.5);',
  integers: "return fill([images.shape[0], 2], 1, 'int32');",
  undefinedNumbers:
    'const x = await images.array(); return tensor2d(x.map((_, i) => [1, 2, i === 1 ? NaN : 3]));',
  endless: 'return { features: colours(images), logits: fill([images.shape[0], 2], -Infinity) };',
  sometimes:
    'const features = colours(images); return batches > 1 ? features : { features, logits: features };',
  probabilities:
    'return { features: colours(images), logits: tidy(() => softmax(colours(images))) };',
};

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
    await draw('few', 4, 400, 256);
    await draw('three', 3, 500, 256);
    writeFileSync(path('broken', '1a.png'), 'not a PNG');
    await classifier().save(modelFile(path('classifier.json')));
    writeFileSync(
      path('colours.mjs'),
      `import { mean } from '@tensorflow/tfjs-core';
       export default (images) => mean(images, [1, 2]);`,
    );
    writeFileSync(path('nothing.mjs'), 'export default 7;');
    writeFileSync(path('flat.mjs'), 'export default (images) => images.clone();');
    for (const [name, body] of Object.entries(ANSWERS))
      writeFileSync(
        path(`${name}.mjs`),
        `import { fill, mean, slice, softmax, tensor2d, tidy } from '@tensorflow/tfjs-core';
         let batches = 0;
         const colours = (images) => mean(images, [1, 2]);
         export default async (images) => { batches++; ${body} };`,
      );
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
      fake: await inceptionScore(of.fake, { splits: 3, seed: 3 }),
      real: await inceptionScore(of.real, { splits: 3, seed: 3 }),
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

  it('of grey levels, as counted by hand, in the table', async () => {
    // six levels, and the same 102 bytes (0.8 of the range) brighter
    const levels = [0, 20, 40, 60, 80, 100];
    for (const [folder, more] of [
      ['dark', 0],
      ['bright', 102],
    ] as const)
      for (const level of levels) {
        const data = new Uint8Array(48).fill(level + more);
        await savePNG(path(folder, `${level}.png`), { width: 4, height: 4, channels: 3, data });
      }
    const evaluation = await evaluateFolders({
      ...{ real: path('dark'), fake: path('bright'), extractor: path('colours.mjs') },
      metrics: ['frechet', 'precision-recall', 'density-coverage'],
    });
    const value = Object.fromEntries(evaluation.scores.map(({ name, value }) => [name, value]));
    expect(value['Fréchet distance (colours.mjs)']).toBeCloseTo(3 * 0.8 ** 2, 5);
    // balls to the third neighbour reach 60 from the outer levels and 40 from the others: half are inside
    expect(value).toMatchObject({ precision: 0.5, recall: 0.5, F1: 0.5 });
    // balls to the fifth reach 100, 80 and 60; those around 60, 80 and 100 hold 1, 3 and 5 bright ones
    expect(value['density']).toBeCloseTo((1 + 3 + 5) / (5 * 6), 12);
    expect(value['coverage']).toBe(3 / 6);
    expect(scoreTable(evaluation).split('\n')).toEqual([
      '6 fake images, 6 real images; features: colours.mjs',
      '',
      'Fréchet distance (colours.mjs)  1.92',
      'precision                        0.5    neighbors 3',
      'recall                           0.5    neighbors 3',
      'F1                               0.5    neighbors 3',
      'density                          0.3    neighbors 5',
      'coverage                         0.5    neighbors 5',
    ]);
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
    [{ metrics: ['fid'] as never }, /`metrics\[0\]` must be one of 'frechet', 'kernel/],
    [{ extractor: 'inception' }, /`weights` must be a path, .*\n.*nothing is downloaded/],
    [{ weights: 'x.pth' }, /`weights` must be left out/],
    [{ layer: 'conv9' }, /`layer` must be one of the model's/],
    [{ layer: undefined }, /`layer` must be the name of a layer/],
    [{ extractor: path('nothing.mjs'), layer: undefined, logits: undefined }, /default export/],
    [{ extractor: path('flat.mjs'), layer: undefined, logits: undefined }, /of shape \[5,\?\]/],
    [{ logits: undefined, metrics: ['classifier'] }, /the extractor has no logits/],
    [{ subsetSize: 10, metrics: ['kernel'] }, /`subsetSize` takes 10 images, and there are 9 fake/],
    [{ neighbors: 9, metrics: ['precision-recall'] }, /`neighbors` 9 take 10 images/],
    [{ subsetSize: 1 }, /`subsetSize` must be an integer >= 2/],
    [{ splits: 0 }, /`splits` must be an integer >= 1/],
    [{ neighbors: 0.5 }, /`neighbors` must be an integer >= 1/],
    [{ coverageNeighbors: NaN }, /`coverageNeighbors` must be an integer >= 1/],
    [{ seed: -1 }, /`seed` must be an integer >= 0/],
    [{ order: 'random' as never }, /`order` must be one of 'shuffled', 'paths'/],
    [{ metrics: [] }, /`metrics` must be an array of frechet/],
    [{ fake: undefined }, /`fake` must be a folder, unless `saveStatistics`/],
    [{ saveStatistics: 'real.json' }, /`saveStatistics` must be the path of a file \.npz or/],
    [{ onProgress: 1 as never }, /`onProgress` must be a function/],
    [{ extractor: path('none.json') }, /`extractor` must be a file that exists/],
    [{ extractor: 'inception', weights: path('none.pth') }, /`weights` must be a file that exists/],
    [{ real: path('nowhere') }, /a folder that exists/],
    [{ neighbours: 3 }, /Received: "neighbours"/],
  ])('refuses %o', async (options, message) => {
    const before = memory().numTensors;
    await expect(evaluateFolders({ ...model, ...options })).rejects.toThrow(message);
    expect(memory().numTensors).toBe(before);
  });

  const MODULE = { layer: undefined, logits: undefined } as const;
  it.each<[keyof typeof ANSWERS, RegExp]>([
    ['silent', /`extractor` must be a function that returns features\. Received: undefined/],
    ['list', /`extractor` must be a function that returns features\. Received: \[\[1, 2, 3\]\]/],
    ['misspelt', /that returns features\. Received: \{ feature \}[^]*\{ features, logits \}/],
    ['both', /that returns features\. Received: \{ features, logit \}/],
    ['short', /`features of extractor` must be of shape \[5,\?\]/],
    ['narrow', /`extractor` must be one with features/],
    ['growing', /one of as many features for every image\. Received: "2 of .*\.png, 1 before"/],
    ['integers', /`features of extractor` must be of dtype float32/],
    ['undefinedNumbers', /one whose features are finite\. Received: "NaN of .*real\/1\.png"/],
    ['endless', /one whose logits are finite\. Received: "-Infinity of .*real\/0\.png"/],
    ['sometimes', /logits of all images, or of none/],
  ])('an extractor that is %s is refused, and leaves nothing behind', async (name, message) => {
    const options = { ...model, ...MODULE, extractor: path(`${name}.mjs`) };
    const before = memory().numTensors;
    const refused = await evaluateFolders(options).catch((error: unknown) => error);
    expect(isGanKitError(refused)).toBe(true);
    expect(String(refused)).toMatch(message);
    expect(memory().numTensors).toBe(before);
  });

  it('says before it extracts which metrics the images allow, and computes the others', async () => {
    const options: EvaluateFoldersOptions = { ...model, real: path('few'), subsetSize: undefined };
    const { scores, leftOut } = await evaluateFolders({ ...options, splits: 10, neighbors: 2 });
    expect(new Set(scores.map(({ metric }) => metric))).toEqual(
      new Set(['frechet', 'kernel', 'precision-recall']),
    );
    expect(leftOut).toEqual([
      {
        metric: 'density-coverage',
        reason: '`coverageNeighbors` 5 take 6 images, and there are 4 real ones',
      },
      { metric: 'classifier', reason: '9 are fewer than 10 `splits`' },
    ]);
    const table = scoreTable(await evaluateFolders({ ...options, splits: 5, neighbors: 2 }));
    expect(table).toMatch(/\n\nleft out: density-coverage, as `coverageNeighbors` 5 take/);
    expect(table).toMatch(/left out: classifier, as of the real images, 4 are fewer than 5/);
    let extracted = 0;
    const none = evaluateFolders({
      ...{ ...options, metrics: ['classifier', 'density-coverage'], splits: 10 },
      onProgress: () => extracted++,
    });
    await expect(none).rejects.toThrow(
      /Left out: density-coverage, as[^]*Left out: classifier, as/,
    );
    expect(extracted).toBe(0);
  });

  it('what files that were passed over leave too few of is left out', async () => {
    const { fake, leftOut, scores } = await evaluateFolders({
      ...{ ...model, fake: path('broken'), onCorrupt: 'skip', splits: 3, subsetSize: 3 },
    });
    expect(fake).toBe(3); // of four files
    expect(leftOut.map(({ metric }) => metric)).toEqual(['precision-recall']);
    expect(scores.map(({ metric }) => metric)).toContain('frechet');
  });

  it('warns of fewer images than features, and of probabilities in place of logits', async () => {
    const { warnings } = await evaluateFolders(model);
    expect(warnings).toEqual([]);
    const found = await evaluateFolders({
      ...{ ...model, ...MODULE, extractor: path('probabilities.mjs'), fake: path('few') },
      ...{ splits: 2, neighbors: 2, subsetSize: 3 },
    });
    expect(found.warnings).toEqual([expect.stringMatching(/`logits` are from 0 to 1 and add up/)]);
    const three = await evaluateFolders({
      ...{ ...model, ...MODULE, extractor: path('colours.mjs'), fake: path('three') },
      metrics: ['frechet'],
    });
    expect(three.warnings).toEqual([expect.stringMatching(/^3 fake images for 3 features/)]);
  });

  it('folders of classes and mixed names have one classifier score', async () => {
    const classes = Array.from({ length: 40 }, (_, i) => Math.floor(i / 10));
    for (const [i, k] of classes.entries()) {
      const data = new Uint8Array(48).fill(k * 60);
      const image = { width: 4, height: 4, channels: 3, data } as const;
      await savePNG(path('by-class', `${k}`, `${i}.png`), image);
      await savePNG(path('mixed', `${i % 10}-${k}.png`), image);
    }
    writeFileSync(
      path('shades.mjs'),
      `import { cast, fill, mean, mul, oneHot, round } from '@tensorflow/tfjs-core';
       export default (images) => {
         const shade = round(mul(mean(images, [1, 2, 3]), 255 / 60));
         return { features: fill([images.shape[0], 1], 0.5), logits: mul(oneHot(cast(shade, 'int32'), 4), 50) };
       };`,
    );
    const score = async (fake: string, options: Partial<EvaluateFoldersOptions> = {}) => {
      const { scores } = await evaluateFolders({
        ...{ real: path(fake), fake: path(fake), extractor: path('shades.mjs'), range: [0, 1] },
        ...{ metrics: ['classifier'], splits: 4, ...options },
      });
      return scores[0]!;
    };
    const byClass = await score('by-class');
    const mixed = await score('mixed');
    expect(byClass.settings).toEqual({ splits: 4, order: 'shuffled', seed: 0 });
    expect(mixed.value).toBeGreaterThan(3);
    expect(byClass.value / mixed.value).toBeGreaterThan(0.85);
    expect(byClass.value / mixed.value).toBeLessThan(1.15);
    const inOrder = await score('by-class', { order: 'paths' });
    expect(inOrder.settings).toEqual({ splits: 4, order: 'paths' });
    expect(inOrder.value).toBeAllclose(1, { rtol: 1e-6 });
    expect((await score('by-class', { seed: 1 })).value).not.toBe(byClass.value);
    expect((await score('by-class')).value).toBe(byClass.value);
  });
});
