import { memory, ones, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { confusionMatrix } from '../../src/metrics/segmentation/confusion_matrix.js';
import type { ConfusionMatrix } from '../../src/metrics/segmentation/confusion_matrix.js';
import { segmentationScores } from '../../src/metrics/segmentation/segmentation_scores.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { expectNoLeak } from '../helpers/leaks.js';

interface Scores {
  readonly classAccuracy: number;
  readonly meanIoU: number;
  readonly accuracies: (number | null)[];
  readonly ious: (number | null)[];
}
const REFERENCE = fixture<{
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly classes: number;
        readonly batches: { shape: number[]; labels: string; predictions: string }[];
        readonly counts: number[];
        readonly pixelAccuracy: number;
        readonly zero: Scores;
        readonly skip: Scores;
      }
    >
  >;
}>('segmentation').cases;
const CASES = Object.entries(REFERENCE);

/** One character a pixel, as tools/parity/segmentation.py writes them. */
const read = (text: string) =>
  Int32Array.from(text, (c) => (c === '~' ? 255 : c.charCodeAt(0) - 48));
const numbers = (values: (number | null)[]) => values.map((value) => value ?? NaN);

describe.each(BACKENDS)('confusionMatrix on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(CASES)('counts what the reference does: %s', async (_, { classes, batches, counts }) => {
    const before = memory().numTensors;
    let previous: ConfusionMatrix | undefined;
    for (const { shape, ...texts } of batches) {
      const labels = tensor(read(texts.labels), shape, 'int32');
      const predictions = tensor(read(texts.predictions), shape, 'int32');
      const options = { labels, predictions, classes };
      previous = await confusionMatrix(previous === undefined ? options : { ...options, previous });
      labels.dispose();
      predictions.dispose();
    }
    expect([...previous!.counts]).toEqual(counts);
    expect(memory().numTensors).toBe(before);
  });

  it('keeps no tensors, its inputs alive, and the earlier matrix as it was', async () => {
    const labels = tensor([0, 1, 1], [3, 1], 'int32');
    const predictions = tensor([1, 1, 0], [3, 1], 'int32');
    const previous = { classes: 2, counts: Float64Array.of(1, 2, 3, 4) };
    const add = () => confusionMatrix({ labels, predictions, classes: 2, previous });
    expect([...(await add()).counts]).toEqual([1, 3, 4, 5]);
    await expectNoLeak(add);
    expect([...previous.counts]).toEqual([1, 2, 3, 4]);
    expect(labels.isDisposed || predictions.isDisposed).toBe(false);
  });
});

describe('confusionMatrix', () => {
  beforeAll(() => useBackend('cpu'));
  const labels = Uint8Array.of(0, 2, 1, 255, 2);
  const predictions = Int32Array.of(0, 1, 1, 0, 2);

  it('reads host memory, and passes over the ignored label alone', async () => {
    const ignoring = (ignore: number) =>
      confusionMatrix({ labels, predictions, classes: 3, ignore });
    expect([...(await ignoring(255)).counts]).toEqual([1, 0, 0, 0, 1, 0, 0, 1, 1]);
    await expect(ignoring(254)).rejects.toThrow(
      /^confusionMatrix: `labels` must be classes below 3\. Received: "255 at 3"/,
    );
    await expect(ignoring(0)).rejects.toThrow(/255 at 3/);
    const rest = { labels: labels.subarray(0, 3), predictions: predictions.subarray(0, 3) };
    const { counts } = await confusionMatrix({ ...rest, classes: 3, ignore: 2 });
    expect([...counts]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0]);
  });

  it('does not look at predictions where nothing is counted', async () => {
    const anywhere = Int32Array.of(0, 1, 1, -7, 2);
    const { counts } = await confusionMatrix({ labels, predictions: anywhere, classes: 3 });
    expect([...counts]).toEqual([1, 0, 0, 0, 1, 0, 0, 1, 1]);
  });

  it('lets the event loop turn', async () => {
    const many = new Uint8Array(3e7).fill(1);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await confusionMatrix({ labels: many, predictions: many, classes: 2 }); // some 100 ms
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  const good = { labels, predictions, classes: 3 };
  it.each<[string, object, RegExp]>([
    ['classes', { ...good, classes: 0 }, /`classes` must be an integer >= 1 and <= 4096/],
    ['ignore', { ...good, ignore: 0.5 }, /`ignore` must be an integer/],
    ['sizes', { ...good, predictions: Int32Array.of(1) }, /must be one for each of 5 labels/],
    [
      'a list',
      { ...good, labels: [0, 1, 2, 0, 0] },
      /`labels` must be an int32 tensor, an Int32Arr/,
    ],
    [
      'a class',
      { ...good, predictions: Int32Array.of(0, 3, 0, 0, 0) },
      /`predictions` must be classes below 3\. Received: "3 at 1"/,
    ],
    ['below', { ...good, predictions: Int32Array.of(0, 0, 0, 0, -1) }, /"-1 at 4"/],
    ['an option', { ...good, n: 3 }, /with the keys labels, predictions/],
    [
      'previous',
      { ...good, previous: { classes: 2, counts: new Float64Array(4) } },
      /`previous.classes` must be 3, as here/,
    ],
    [
      'its counts',
      { ...good, previous: { classes: 3, counts: new Float64Array(4) } },
      /`previous.counts` must be of 9 counts\. Received: 4/,
    ],
    [
      'a plain list',
      { ...good, previous: { classes: 3, counts: [] } },
      /`previous.counts` must be a Float64Array/,
    ],
  ])('refuses %s', async (_, options, message) => {
    await expect(confusionMatrix(options as never)).rejects.toThrow(message);
  });

  it('refuses floats', async () => {
    const floats = { ...good, predictions: ones([5]) };
    await expect(confusionMatrix(floats)).rejects.toThrow(/`predictions` must be of dtype int32/);
  });
});

describe('segmentationScores', () => {
  it.each(CASES)('equals the reference: %s', (_, { classes, counts, ...expected }) => {
    const matrix = { classes, counts: Float64Array.from(counts) };
    for (const absent of ['zero', 'skip'] as const) {
      const scores = segmentationScores(matrix, { absent });
      const { classAccuracy, meanIoU, accuracies, ious } = expected[absent];
      expect(scores.pixelAccuracy).toBeAllclose(expected.pixelAccuracy, { rtol: 1e-12 });
      expect(scores.classAccuracy).toBeAllclose(classAccuracy, { rtol: 1e-12 });
      expect(scores.meanIoU).toBeAllclose(meanIoU, { rtol: 1e-12 });
      expect(scores.accuracies).toBeAllclose(numbers(accuracies), { rtol: 1e-12 });
      expect(scores.ious).toBeAllclose(numbers(ious), { rtol: 1e-12 });
    }
    expect(segmentationScores(matrix)).toEqual(segmentationScores(matrix, { absent: 'zero' }));
    expect([...matrix.counts]).toEqual(counts);
  });

  it('knows rows from columns', () => {
    const counts = Float64Array.of(6, 2, 0, 1, 1, 0, 0, 0, 0); // class 2 is absent
    const { accuracies, ious } = segmentationScores({ classes: 3, counts }, { absent: 'skip' });
    expect([...accuracies]).toEqual([0.75, 0.5, NaN]);
    expect([...ious]).toEqual([6 / 9, 0.25, NaN]);
  });

  it.each<[string, unknown, object, RegExp]>([
    [
      'an empty matrix',
      { classes: 2, counts: new Float64Array(4) },
      {},
      /^segmentationScores: `matrix` must be of at least one pixel/,
    ],
    ['no matrix', [1, 2], {}, /`matrix` must be an object/],
    ['nothing', undefined, {}, /`matrix` must be an object with the keys/],
    [
      'another size',
      { classes: 2, counts: new Float64Array(9) },
      {},
      /`matrix.counts` must be of 4 counts/,
    ],
    [
      'absent',
      { classes: 1, counts: Float64Array.of(1) },
      { absent: 'nan' },
      /one of 'zero', 'skip'/,
    ],
  ])('refuses %s', (_, matrix, options, message) => {
    expect(() => segmentationScores(matrix as ConfusionMatrix, options)).toThrow(message);
  });
});
