import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { classifierConfidence } from '../../src/metrics/classifier/classifier_confidence.js';
import type { HostRows } from '../../src/metrics/rows.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

describe.each(BACKENDS)('classifierConfidence on %s', (name) => {
  beforeAll(() => useBackend(name));

  it('is the share of samples at or above the threshold, and the mean', async () => {
    // probabilities of the first class: 1/2, 3/4, 8/9, 0.1, 1 − 1e-26
    const first = [0, Math.log(3), Math.log(8), -Math.log(9), 60];
    const logits = tensor2d(first.map((logit) => [logit, 0]));
    const { share, mean } = await classifierConfidence(logits, { threshold: 0.8 });
    expect(share).toBe(0.6);
    expect(mean).toBeAllclose((1 / 2 + 3 / 4 + 8 / 9 + 9 / 10 + 1) / 5, { rtol: 1e-7 });
    expect((await classifierConfidence(logits, { threshold: 0.5 })).share).toBe(1);
    expect((await classifierConfidence(logits, { threshold: 1 })).share).toBe(0.2);
    expect(logits.isDisposed).toBe(false);
    await expectNoLeak(() => classifierConfidence(logits));
    logits.dispose();
  });

  it('has 0.9 as default threshold', async () => {
    const logits = tensor2d([
      [2.1, 0], // 0.891
      [2.3, 0], // 0.909
    ]);
    expect((await classifierConfidence(logits)).share).toBe(0.5);
    logits.dispose();
  });
});

describe('bad input', () => {
  const good = { data: new Float32Array(4), shape: [2, 2] };
  it.each<[string, HostRows, object, RegExp]>([
    [
      'a threshold above 1',
      good,
      { threshold: 1.5 },
      /classifierConfidence: `threshold` must be a finite number >= 0 and <= 1/,
    ],
    ['another option', good, { at: 0.5 }, /keys threshold/],
    ['shape', { data: good.data, shape: [3, 2] }, {}, /`logits\.shape` must be sizes of product 4/],
    ['NaN', { data: Float64Array.of(NaN, 1), shape: [1, 2] }, {}, /"NaN in row 0"/],
  ])('%s', async (_, logits, options, message) => {
    await expect(classifierConfidence(logits, options)).rejects.toThrow(message);
  });
});
