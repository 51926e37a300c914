import { grad, memory, randomNormal, sum, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchNormalization } from '../../src/layers/batch_normalization.js';
import { instanceNormalization } from '../../src/layers/instance_normalization.js';
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
});
