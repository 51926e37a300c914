import { grad, memory, mul, sum, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { diffAugment } from '../../src/training/augmentation/diff_augment.js';
import type { DiffAugmentOptions } from '../../src/training/augmentation/diff_augment.js';
import type { RandomSource } from '../../src/training/core/condition_distribution.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';

interface Case {
  readonly options: DiffAugmentOptions;
  readonly shape: number[];
  readonly draws: number[][];
  readonly x: number[];
  readonly w: number[];
  readonly y: number[];
  readonly gradient: number[];
}

/** Gives the numbers of the reference, in the order in which it took them. */
class Given implements RandomSource {
  private next = 0;
  constructor(private readonly draws: readonly number[][]) {}

  uniformValues(size: number, low = 0, high = 1): Float32Array {
    const units = this.draws[this.next++]!;
    expect(units.length).toBe(size);
    return Float32Array.from(units, (u) => low + (high - low) * u);
  }

  uniform(shape: number[], low?: number, high?: number): Tensor {
    const size = shape.reduce((product, n) => product * n, 1);
    return tensor(this.uniformValues(size, low, high), shape);
  }

  normal(): Tensor {
    throw new Error('DiffAugment draws no normal numbers');
  }

  get left(): number {
    return this.draws.length - this.next;
  }
}

describe.each(BACKENDS)("diffAugment beside the authors' code on %s", (backend) => {
  beforeAll(() => useBackend(backend));
  const { cases } = fixture<{ cases: Case[] }>('diff_augment');
  const titled = cases.map(
    (one) => [JSON.stringify(one.options) + ` [${one.shape.join()}]`, one] as const,
  );

  it.each(titled)('%s', async (_, { options, shape, draws, ...values }) => {
    const [x, w] = [tensor(values.x, shape), tensor(values.w, shape)];
    const augment = diffAugment(options);
    const tensors = memory().numTensors;
    const source = new Given(draws);
    const y = augment.transform(x, source);
    expect(source.left).toBe(0);
    const gradient = grad((images: Tensor) =>
      sum(mul(w, augment.transform(images, new Given(draws)))),
    )(x);
    expect(memory().numTensors).toBe(tensors + 2);
    expect(y.shape).toEqual(shape);
    expect(await y.data()).toBeAllclose(values.y, { rtol: 0, atol: 1e-6 });
    expect(await gradient.data()).toBeAllclose(values.gradient, { rtol: 0, atol: 1e-6 });
  });
});
