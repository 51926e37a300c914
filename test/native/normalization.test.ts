import {
  concat,
  grad,
  grads,
  memory,
  mul,
  randomNormal,
  reshape,
  square,
  sum,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { fusedNormalization } from '../../src/gradients/fused_normalization.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { instanceNormalization } from '../../src/layers/normalization/instance_normalization.js';
import { groupNormalize } from '../../src/ops/group_normalize.js';
import { useBackend } from '../helpers/backends.js';
import { callsOf } from './calls_of.js';

const OPS = ['FusedBatchNormV3', 'FusedBatchNormGradV3'];
const LAYERS = {
  batch: () => batchNormalization(),
  instance: () => instanceNormalization({ affine: true }),
};

describe('normalization on libtensorflow', () => {
  beforeAll(() => useBackend('tensorflow'));

  it.each([
    ['batch', [4, 3, 5, 2]],
    ['batch', [7, 3]],
    ['instance', [1, 4, 5, 3]],
  ] as const)('%s, of %j, is one op forward and one backward', (name, shape) => {
    const layer = LAYERS[name]();
    const run = () => {
      const x = randomNormal([...shape]);
      const slope = grad((x) => sum(layer.call(x, { training: true })));
      return slope(x);
    };
    layer.build([...shape]);
    const { numTensors } = memory();
    const { ops } = callsOf(() => tidy(() => void run()));
    expect(ops.filter((op) => OPS.includes(op))).toEqual(OPS);
    expect(ops.filter((op) => ['Square', 'Rsqrt'].includes(op))).toEqual([]);
    expect(memory().numTensors).toBe(numTensors);
    layer.weights.forEach((weight) => weight.dispose());
  });

  it('of two samples, each by itself, is made of ops', () => {
    const layer = instanceNormalization();
    layer.build([2, 4, 5, 3]);
    const { ops } = callsOf(() => tidy(() => void layer.call(randomNormal([2, 4, 5, 3]))));
    expect(ops).not.toContain('FusedBatchNormV3');
    expect(ops).toContain('Rsqrt');
  });

  it('is differentiated twice as the ops are that it stands for', () => {
    enableSecondOrderGradients();
    const random = (seed: number) => randomNormal([1, 4, 5, 3], 0, 1, 'float32', seed);
    const [x, weights] = [random(1), random(2)];
    const [gamma, beta] = [tensor1d([0.5, 2, -1]), tensor1d([1, 0, 3])];
    const byOp = (x: Tensor, gamma: Tensor) =>
      fusedNormalization({ x, gamma: gamma as Tensor1D, beta, epsilon: 1e-5 })!.y;
    const byOps = (x: Tensor, gamma: Tensor) =>
      reshape(groupNormalize(reshape(x, [1, 20, 3]), 3, gamma as Tensor1D, beta, 1e-5), x.shape);
    const derivatives = (f: typeof byOp) =>
      tidy(() => {
        const slope = (x: Tensor, gamma: Tensor) =>
          grad((x) => sum(mul(weights, square(f(x, gamma)))))(x);
        const ofPenalty = grads((x, gamma) => sum(square(slope(x, gamma))));
        return concat(ofPenalty([x, gamma]).map((one) => reshape(one, [-1]))).dataSync();
      });
    const { numTensors } = memory();
    const expected = derivatives(byOps);
    const greatest = Math.max(...expected.map(Math.abs));
    const found = derivatives(byOp);
    const errors = found.map((value, i) => Math.abs(value - expected[i]!) / greatest);
    expect(Math.max(...errors)).toBeLessThan(1e-4);
    expect(memory().numTensors).toBe(numTensors);
  });
});
