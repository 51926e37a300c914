import { fill, memory, step, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { installKernels } from '../../src/kernels/install.js';
import { useBackend } from '../helpers/backends.js';
import { callsOf } from './calls_of.js';

const EDGES = [NaN, 1, -2, 0, Infinity, -Infinity, 2 ** -126, -(2 ** -126)];

describe('step on libtensorflow', () => {
  beforeAll(async () => {
    await useBackend('tensorflow');
    installKernels();
  });

  // the ends of vector units: what is behind them is computed one by one
  it.each([1, 7, 16, 31, 1003])('has the values of its definition, of %i elements', (length) => {
    const x = Float32Array.from({ length }, (_, i) => EDGES[i % EDGES.length]!);
    for (const alpha of [0, 0.25, 1, -2]) {
      const expected = x.map((value) => (Number.isNaN(value) ? NaN : value > 0 ? 1 : alpha));
      expect(tidy(() => step(tensor1d(x), alpha).dataSync())).toEqual(expected);
    }
    // −0 stays what it is where α is 0
    const zero = tidy(() => step(fill([length], -0), 0.25).dataSync());
    expect(zero).toEqual(new Float32Array(length).fill(0.25));
  });

  it('takes two ops, and leaves its result alone', () => {
    const x = tensor1d(EDGES);
    const before = memory().numTensors;
    const { result, ops } = callsOf(() => step(x, 0.2));
    expect(ops).toEqual(['Mul', 'ClipByValue']);
    expect(memory().numTensors).toBe(before + 1);
    result.dispose();
    x.dispose();
  });
});
