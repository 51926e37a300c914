import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { absolute } from '../../src/ops/absolute.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';

type Function = (x: Tensor) => Tensor;
const THIRD = 1 / 3;
/** Of the equal pixels of a window, the first on cpu and wasm, the last on GPUs. */
const CHOSEN = ON_GPU ? [0, 0, 0, 1] : [0, 1, 0, 0];
const image = (x: Tensor) => tf.reshape<tf.Rank.R4>(x, [1, 2, 2, 1]);
const volume = (x: Tensor) => tf.reshape<tf.Rank.R5>(x, [1, 1, 2, 2, 1]);
const b = () => tf.tensor([1, 2, 3]);

/** What docs/gradients.md says of ties: the function, where, and its slope there. */
const TIES: [string, Function, number[], number[]][] = [
  ['max', (x) => tf.max(x), [1, 3, 3, 3], [0, THIRD, THIRD, THIRD]],
  ['max along an axis', (x) => tf.max(tf.reshape(x, [2, 2]), 0), [2, 5, 2, 1], [0.5, 1, 0.5, 0]],
  ['min', (x) => tf.min(x), [1, 1, 3, 2], [0.5, 0.5, 0, 0]],
  ['max of a concatenation', (x) => tf.max(tf.concat([x, x], 0)), [1, 2], [0, 1]],
  [
    'globalMaxPooling2d behind upSampling2d',
    (x) => layers.globalMaxPooling2d({}).apply(layers.upSampling2d({}).apply(image(x))) as Tensor,
    [1, 4, 2, 3],
    [0, 1, 0, 0],
  ],
  [
    'globalMaxPooling1d',
    (x) => layers.globalMaxPooling1d({}).apply(tf.reshape(x, [1, 4, 1])) as Tensor,
    [4, 4, 2, 3],
    [0.5, 0.5, 0, 0],
  ],
  ['norm, the largest', (x) => tf.norm(x, Infinity), [1, -1], [0.5, -0.5]],
  ['logSumExp', (x) => tf.logSumExp(x), [2, 2, 2], [THIRD, THIRD, THIRD]],
  ['maxPool', (x) => tf.maxPool(image(x), 2, 2, 'valid'), [1, 2, 2, 2], CHOSEN],
  ['maxPool3d', (x) => tf.maxPool3d(volume(x), [1, 2, 2], 2, 'valid'), [1, 2, 2, 2], CHOSEN],
  ['maximum, left', (x) => tf.maximum(x, b()), [1, 1, 4], [1, 0, 1]],
  ['maximum, right', (x) => tf.maximum(b(), x), [1, 1, 4], [0, 0, 1]],
  ['maximum of x and x', (x) => tf.maximum(x, x), [1, 2], [1, 1]],
  ['minimum, left', (x) => tf.minimum(x, b()), [1, 1, 4], [1, 1, 0]],
  ['minimum, right', (x) => tf.minimum(b(), x), [1, 1, 4], [0, 1, 0]],
  ['clipByValue', (x) => tf.clipByValue(x, -1, 1), [-1, 1, 2], [1, 1, 0]],
  ['relu', tf.relu, [0, 1], [0, 1]],
  ['relu6', tf.relu6, [0, 6, 7], [0, 1, 0]],
  ['leakyRelu', (x) => tf.leakyRelu(x, 0.25), [0, 1], [0.25, 1]],
  ['prelu', (x) => tf.prelu(x, tf.scalar(0.25)), [0, 1], [0.25, 1]],
  ['abs', tf.abs, [0, 2], [-1, 1]],
  ['absolute, of the losses', absolute, [0, -2], [0, -1]],
];

describe.each(BACKENDS)('ties on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
    enableSecondOrderGradients();
  });

  it.each(TIES)('the slope of %s', async (_, f, at, slope) => {
    const x = tf.tensor(at);
    const found = tf.tidy(() => tf.grad((x: Tensor) => tf.sum(f(x)))(x));
    expect(await found.data()).toBeAllclose(slope, { rtol: 1e-6 });
  });

  // Σ f² has the slope 2 f f′, and ⟨r, that⟩ the slope 2 f′ ⟨r, f′⟩, as f is made of straight lines
  it.each(TIES.filter(([name]) => name !== 'logSumExp'))(
    'the second derivatives of %s',
    async (_, f, at, slope) => {
      const x = tf.tensor(at);
      const r = at.map((_, i) => i + 1);
      const along = (x: Tensor) =>
        tf.sum(tf.mul(tf.tensor(r), tf.grad((x: Tensor) => tf.sum(tf.square(f(x))))(x)));
      const found = tf.tidy(() => tf.grad(along)(x));
      // which elements the result of an element is made of: of one result all, otherwise of its column
      const columns = tf.tidy(() => f(x).size);
      const dot = (column: number) =>
        slope.reduce((sum, s, i) => (i % columns === column ? sum + s * r[i]! : sum), 0);
      const expected = slope.map((s, i) => 2 * s * dot(i % columns));
      expect(await found.data()).toBeAllclose(expected, { rtol: 1e-5, atol: 1e-6 });
    },
  );
});
