import { add, mul, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { instanceNormalization } from '../../src/layers/normalization/instance_normalization.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { describeLayer } from './layer_contract.js';

describeLayer({
  name: 'instanceNormalization',
  make: instanceNormalization,
  options: { affine: true, epsilon: 1e-3 },
  shape: [2, 3, 2, 2],
});

describe.each(BACKENDS)('instanceNormalization on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('has no weights unless it is affine, and does the same at inference', async () => {
    const layer = instanceNormalization();
    const x = new RandomStream(2).normal([2, 4, 3, 2], 3);
    const [training, inference] = [true, false].map(
      (training) => layer.apply(x, { training }) as Tensor,
    );
    expect(layer.weights.length).toBe(0);
    expect(await training!.data()).toEqual(await inference!.data());
  });

  it('knows one sample and one channel at a time', async () => {
    const layer = instanceNormalization();
    const x = new RandomStream(2).normal([2, 4, 3, 2]);
    // other scales and offsets for each sample and channel: gone but for ε
    const scale = new RandomStream(3).uniform([2, 1, 1, 2], 1, 9);
    const y = layer.apply(x) as Tensor;
    const moved = layer.apply(add(mul(x, scale), scale)) as Tensor;
    expect(await moved.data()).toBeAllclose(await y.data(), { rtol: 1e-4 });
  });

  it('keeps its digits far from zero', async () => {
    const layer = instanceNormalization();
    const x = new RandomStream(2).normal([1, 16, 16, 3]);
    const y = layer.apply(x) as Tensor;
    const far = layer.apply(add(x, 64)) as Tensor;
    expect(await far.data()).toBeAllclose(await y.data(), { rtol: 1e-5 });
  });
});

describe('instanceNormalization refuses', () => {
  beforeAll(() => useBackend('cpu'));

  it.each([
    [{ affine: 1 }, /instanceNormalization: `affine` must be true or false. Received: 1/],
    [{ epsilon: 0 }, /`epsilon` must be a finite number > 0/],
    [{ momentum: 0.9 }, /Received: "momentum"/],
  ])('%o', (args, message) => {
    expect(() => instanceNormalization(args as never)).toThrow(message);
  });

  it('one place', () => {
    expect(() => instanceNormalization().apply(zeros([2, 1, 1, 3]))).toThrow(
      /`x` must be of two or more values per group. Received: Tensor \(shape \[2,1,1,3\]/,
    );
  });

  it('shapes without places or channels', () => {
    expect(() => instanceNormalization().build([null, 3])).toThrow(/of rank 3 or more/);
    expect(() => instanceNormalization().build([null, 3, null])).toThrow(/with known channels/);
  });
});
