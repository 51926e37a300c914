import { avgPool, memory, mul, scalar, tensor, tensor4d, zeros } from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { peakSignalToNoiseRatio } from '../../src/metrics/similarity/peak_signal_to_noise_ratio.js';
import { perceptualDistance } from '../../src/metrics/similarity/perceptual_distance.js';
import { structuralSimilarity } from '../../src/metrics/similarity/structural_similarity.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { expectNoLeak } from '../helpers/leaks.js';

type Shape = [number, number, number, number];
const REFERENCE = fixture<{
  readonly pairs: {
    readonly name: string;
    readonly shape: Shape;
    readonly range: number;
    readonly options: Record<string, number>;
    readonly target: number[];
    readonly prediction: number[];
    readonly ssim: number[];
    readonly psnr: number[];
  }[];
  readonly perceptual: {
    readonly name: string;
    readonly layers: Shape[];
    readonly target: number[][];
    readonly prediction: number[][];
    readonly weights?: number[][];
    readonly distances: number[];
  }[];
}>('image_metrics');
const PAIRS = REFERENCE.pairs.map((pair) => [pair.name, pair] as const);
const PERCEPTUAL = REFERENCE.perceptual.map((layers) => [layers.name, layers] as const);

beforeAll(() => useBackend(FASTEST));

const host = (values: number[], shape: Shape) => ({ data: Float64Array.from(values), shape });
const meanOf = (values: number[]) => values.reduce((a, b) => a + b) / values.length;

describe('structuralSimilarity', () => {
  it.each(PAIRS)('equals scikit-image: %s', async (_, { shape, range, options, ...pair }) => {
    const pairs = { target: host(pair.target, shape), prediction: host(pair.prediction, shape) };
    const { mean, values } = await structuralSimilarity(pairs, { ...options, range });
    expect(values).toBeAllclose(pair.ssim, { rtol: 1e-11 });
    expect(mean).toBeAllclose(meanOf(pair.ssim), { rtol: 1e-11 });
  });

  it('is 1 for a copy, 1 where nothing is, and below 0 for the negative of a pattern', async () => {
    const board = Float32Array.from({ length: 144 }, (_, i) =>
      (i + Math.floor(i / 12)) % 2 ? 0.5 : -0.5,
    );
    const target = tensor4d(board, [1, 12, 12, 1]);
    const similarity = async (prediction: Tensor4D) =>
      (await structuralSimilarity({ target, prediction })).mean;
    expect(await similarity(target)).toBeAllclose(1, { rtol: 1e-14 });
    expect(await similarity(mul(target, -1))).toBeLessThan(-0.5);
    const nothing = zeros<Rank.R4>([1, 11, 11, 1]);
    const pairs = { target: nothing, prediction: nothing };
    expect((await structuralSimilarity(pairs, { k1: 0, k2: 0 })).mean).toBe(1);
  });

  it('does not care which of the two is the truth', async () => {
    const { shape, range, target, prediction } = REFERENCE.pairs[1]!;
    const [a, b] = [host(target, shape), host(prediction, shape)];
    const one = await structuralSimilarity({ target: a, prediction: b }, { range });
    const other = await structuralSimilarity({ target: b, prediction: a }, { range: 3 * range });
    const same = await structuralSimilarity({ target: a, prediction: b }, { range: 3 * range });
    expect(other.values).toBeAllclose([...same.values], { rtol: 1e-14 });
    expect(Math.abs(one.mean - same.mean)).toBeGreaterThan(1e-3); // the range counts
  });
});

describe('peakSignalToNoiseRatio', () => {
  it.each(PAIRS)('equals scikit-image: %s', async (_, { shape, range, ...pair }) => {
    const pairs = { target: host(pair.target, shape), prediction: host(pair.prediction, shape) };
    const { mean, values } = await peakSignalToNoiseRatio(pairs, { range });
    expect(values).toBeAllclose(pair.psnr, { rtol: 1e-12 });
    expect(mean).toBeAllclose(meanOf(pair.psnr), { rtol: 1e-12 });
  });

  it('is infinite for a copy', async () => {
    const target = tensor4d([0, 1], [1, 1, 2, 1]);
    const { values } = await peakSignalToNoiseRatio({ target, prediction: target });
    expect([...values]).toEqual([Infinity]);
  });
});

describe('perceptualDistance', () => {
  it.each(PERCEPTUAL)('equals lpips: %s', async (_, { layers, weights, ...features }) => {
    const images = [zeros([layers[0]![0], 2, 2, 3]), zeros([layers[0]![0], 2, 2, 3])] as Tensor4D[];
    const [target, prediction] = images as [Tensor4D, Tensor4D];
    const extractor = (x: Tensor4D) =>
      features[x === target ? 'target' : 'prediction'].map((values, l) =>
        tensor(values, layers[l]),
      );
    const options = weights === undefined ? { extractor } : { extractor, weights };
    const { mean, values } = await perceptualDistance({ target, prediction }, options);
    expect(values).toBeAllclose(features.distances, { rtol: 1e-12 });
    expect(mean).toBeAllclose(meanOf(features.distances), { rtol: 1e-12 });
  });

  it('is 0 where the network sees nothing in either image', async () => {
    const target = zeros<Rank.R4>([1, 2, 2, 3]);
    const extractor = (x: Tensor4D) => [avgPool(x, 2, 2, 'valid')];
    for (const epsilon of [0, 1e-10]) {
      const pairs = { target, prediction: target };
      expect((await perceptualDistance(pairs, { extractor, epsilon })).mean).toBe(0);
    }
  });

  it('keeps no tensors and its inputs alive, if the features are the images themselves too', async () => {
    const [target, prediction] = [tensor4d([1, 2], [1, 1, 1, 2]), tensor4d([2, 1], [1, 1, 1, 2])];
    const extractor = (x: Tensor4D): Tensor[] => [x, avgPool(x, 1, 1, 'valid')];
    await expectNoLeak(() => perceptualDistance({ target, prediction }, { extractor }));
    expect([target.isDisposed, prediction.isDisposed]).toEqual([false, false]);
    const before = memory().numTensors;
    const broken = (x: Tensor4D): Tensor[] => [avgPool(x, 1, 1, 'valid'), scalar(1)];
    await expect(perceptualDistance({ target, prediction }, { extractor: broken })).rejects.toThrow(
      /`extractor` must be of shape/,
    );
    expect(memory().numTensors).toBe(before);
  });
});

describe('what does not fit', () => {
  const target = () => tensor4d(new Float32Array(121).fill(0.5), [1, 11, 11, 1]);
  const broken = { data: new Float32Array(121).fill(NaN), shape: [1, 11, 11, 1] };
  const scores = { peakSignalToNoiseRatio, structuralSimilarity };

  it.each(Object.entries(scores))('%s refuses it', async (name, score) => {
    const good = { target: target(), prediction: target() };
    const cases: [unknown, unknown, RegExp][] = [
      [undefined, {}, /`pairs` must be/],
      [{ ...good, fake: 1 }, {}, /keys target, prediction/],
      [{ ...good, prediction: zeros([1, 11, 11, 2]) }, {}, /`prediction` must be of shape/],
      [{ target: zeros([11, 11]), prediction: zeros([11, 11]) }, {}, /`target` must be \[N, /],
      [{ ...good, prediction: broken }, {}, /`prediction` must be finite .*NaN in row 0/],
      [good, { range: 0 }, /`range` must be a finite number > 0/],
      [good, { rang: 1 }, /Received: "rang"/],
    ];
    for (const [pairs, options, message] of cases) {
      const found = score(pairs as never, options as never);
      await expect(found).rejects.toThrow(message);
      await expect(found).rejects.toThrow(name);
    }
  });

  it('a range below the span of the truth, as of images in [0, 255]', async () => {
    const target = tensor4d([0, 255], [1, 1, 2, 1]);
    await expect(peakSignalToNoiseRatio({ target, prediction: target })).rejects.toThrow(
      /`range` must be at least the span of `target`, 255\. Received: 2\.\n.*255 for bytes/,
    );
  });

  it.each([
    [{ windowSize: 4 }, /`windowSize` must be odd/],
    [{ windowSize: 13 }, /at least 13 pixels/],
    [{ sigma: 0 }, /`sigma` must be a finite number > 0/],
    [{ k1: -1 }, /`k1`/],
  ])('structuralSimilarity refuses %o', async (options, message) => {
    const pairs = { target: target(), prediction: target() };
    await expect(structuralSimilarity(pairs, options)).rejects.toThrow(message);
  });

  it.each([
    [{ extractor: 7 }, /`extractor` must be a function/],
    [{ extractor: () => [] }, /a function that returns an array of tensors/],
    [{ extractor: (x: Tensor4D) => [mul(x, NaN)] }, /NaN in row 0/],
    [{ extractor: (x: Tensor4D) => [mul(x, 1)], weights: [] }, /one list for each of 1 layers/],
    [
      { extractor: (x: Tensor4D) => [mul(x, 1)], weights: [[-1]] },
      /`weights\[0\]` must be 1 finite/,
    ],
    [{ extractor: (x: Tensor4D) => [mul(x, 1)], epsilon: -1 }, /`epsilon`/],
  ])('perceptualDistance refuses %o', async (options, message) => {
    const pairs = { target: target(), prediction: target() };
    await expect(perceptualDistance(pairs, options as never)).rejects.toThrow(message);
  });
});
