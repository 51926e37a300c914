import {
  cast,
  concat,
  memory,
  mul,
  squeeze,
  sub,
  tensor4d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { confusionMatrix } from '../../src/metrics/segmentation/confusion_matrix.js';
import { fcnScore } from '../../src/metrics/segmentation/fcn_score.js';
import type { LabelledImages } from '../../src/metrics/segmentation/fcn_score.js';
import { segmentationScores } from '../../src/metrics/segmentation/segmentation_scores.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

/** Class 1 where it is bright, class 2 where it is very bright. */
const logits = (x: Tensor4D): Tensor =>
  tidy(() => concat([mul(x, 0), sub(x, 0.5), sub(mul(x, 3), 2.1)], 3));

const images = (values: number[]) => tensor4d(values, [values.length / 4, 2, 2, 1]);

describe('fcnScore', () => {
  beforeAll(() => useBackend(FASTEST));

  const first = () => ({ images: images([0.1, 0.6, 0.9, 1]), labels: Uint8Array.of(0, 1, 2, 1) });
  const second = () => ({
    images: images([0.1, 0.1, 0.6, 0.9, 0.6, 0.6, 0.1, 0.1]),
    labels: Uint8Array.of(0, 255, 1, 2, 2, 1, 0, 1),
  });
  const predicted = [0, 1, 2, 2, 0, 0, 1, 2, 1, 1, 0, 0];
  const labels = [0, 1, 2, 1, 0, 255, 1, 2, 2, 1, 0, 1];

  it('counts the pixels of all batches together, however they come', async () => {
    const matrix = await confusionMatrix({
      ...{ labels: Int32Array.from(labels), predictions: Int32Array.from(predicted), classes: 3 },
    });
    const expected = segmentationScores(matrix);
    expect(expected.pixelAccuracy).toBeAllclose(8 / 11, { rtol: 1e-12 });
    const batches = [first(), second()];
    async function* stream(): AsyncGenerator<LabelledImages> {
      yield* batches;
    }
    for (const given of [batches, stream()]) {
      const scores = await fcnScore(logits, given, { classes: 3 });
      expect(scores).toEqual({ ...expected, matrix });
    }
    const one = await fcnScore(logits, first(), { classes: 3 });
    expect(one.pixelAccuracy).toBe(0.75);
  });

  it('takes a segmenter that answers with classes, or later', async () => {
    const scores = await fcnScore(logits, second(), { classes: 3 });
    const classes = (x: Tensor4D) => cast(mul(squeeze<Tensor>(x, [3]), 2.4), 'int32');
    expect(await fcnScore(classes, second(), { classes: 3 })).toEqual(scores);
    const later = async (x: Tensor4D) => Promise.resolve(logits(x));
    expect(await fcnScore(later, second(), { classes: 3 })).toEqual(scores);
  });

  it('hands on what is not counted and how absent classes count', async () => {
    await expect(fcnScore(logits, second(), { classes: 3, ignore: 0 })).rejects.toThrow(/255 at 1/);
    const batch = { images: images([0.1, 0.1, 0.6, 0.6]), labels: Uint8Array.of(0, 0, 1, 1) };
    expect((await fcnScore(logits, batch, { classes: 3 })).classAccuracy).toBe(2 / 3);
    const skipping = await fcnScore(logits, batch, { classes: 3, absent: 'skip' });
    expect(skipping.classAccuracy).toBe(1);
  });

  it('keeps no tensors and the images alive', async () => {
    const batch = second();
    await expectNoLeak(() => fcnScore(logits, batch, { classes: 3 }));
    expect(batch.images.isDisposed).toBe(false);
  });

  it.each<[string, unknown, unknown, unknown, RegExp]>([
    ['no segmenter', 1, first, { classes: 3 }, /`segmenter` must be a function/],
    ['no batches', logits, () => 1, { classes: 3 }, /`batches` must be/],
    ['an empty list', logits, () => [], { classes: 3 }, /`batches` must be at least one batch/],
    ['an unknown option', logits, first, { class: 3 }, /Received: "class"/],
    ['too few logits', logits, first, { classes: 4 }, /of shape \[1,\?,\?,4\]/],
    ['an answer of no tensor', () => 7, first, { classes: 3 }, /`segmenter` must be a tensor/],
    [
      'NaN',
      (x: Tensor4D) => tidy(() => mul(logits(x), NaN)),
      first,
      { classes: 3 },
      /NaN among the logits/,
    ],
    [
      'labels of another size',
      logits,
      () => ({ ...first(), labels: new Uint8Array(3) }),
      { classes: 3 },
      /one for each of 3 labels/,
    ],
    [
      'flat images',
      logits,
      () => ({ ...first(), images: zeros([4]) }),
      { classes: 3 },
      /of rank 4/,
    ],
  ])('refuses %s', async (_, segmenter, batch, options, message) => {
    const given = (batch as () => unknown)();
    const before = memory().numTensors;
    await expect(fcnScore(segmenter as never, given as never, options as never)).rejects.toThrow(
      message,
    );
    expect(memory().numTensors).toBe(before);
  });
});
