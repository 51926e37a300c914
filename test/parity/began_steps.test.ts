import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { adam } from '../../src/training/optimizers/adam.js';
import { createBEGAN } from '../../src/training/systems/began.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';

interface Dense {
  readonly kernel: number[][];
  readonly bias: number[];
}
type Networks = Readonly<Record<'generator' | 'discriminator', readonly Dense[]>>;
interface Steps {
  readonly options: { seed: number; gamma: number; lambdaK: number };
  readonly rate: number;
  readonly start: Networks;
  readonly end: Networks;
  readonly reals: number[][][];
  readonly steps: Record<'real' | 'fake' | 'k' | 'convergence', number>[];
}

function network(dense: readonly Dense[]): LayersModel {
  const [first, second] = dense as [Dense, Dense];
  const model = sequential({
    layers: [
      layers.dense({
        ...{ units: first.bias.length, inputShape: [first.kernel.length] },
        ...{ activation: 'elu', name: 'first' },
      }),
      layers.dense({ units: second.bias.length, name: 'second' }),
    ],
  });
  tidy(() => model.setWeights(dense.flatMap(({ kernel, bias }) => [kernel, bias].map(tensorOf))));
  return model;
}

const tensorOf = (values: number[] | number[][]) =>
  Array.isArray(values[0]) ? tensor2d(values) : tensor1d(values as number[]);

describe.each(BACKENDS)('ten steps of BEGAN beside float64 on %s', (backend) => {
  it('k, L(x), L(G(z)), M and the weights', async () => {
    await useBackend(backend);
    const { options, rate, start, end, reals, steps } = fixture<Steps>('began_steps');
    const began = createBEGAN({
      generator: network(start.generator),
      discriminator: network(start.discriminator),
      optimizers: {
        generator: adam({ learningRate: rate, beta1: 0.9 }),
        discriminator: adam({ learningRate: rate, beta1: 0.9 }),
      },
      ...options,
    });
    for (const [t, theirs] of steps.entries()) {
      const real = tensor2d(reals[t]!);
      const ours = await began.trainStep({ real });
      for (const [name, value] of Object.entries(theirs))
        expect(ours[name as keyof typeof ours], `${name} of step ${t}`).toBeCloseTo(value, 4);
    }
    // the test sees a k that moves
    expect(steps.some(({ k }) => k > 0.01 && k < 0.99)).toBe(true);
    for (const name of ['generator', 'discriminator'] as const) {
      const weights = await Promise.all(
        began.networks[name].getWeights().map(async (weight) => [...(await weight.data())]),
      );
      const expected = end[name].flatMap(({ kernel, bias }) => [kernel.flat(), bias]);
      weights.forEach((weight, i) =>
        weight.forEach((value, j) => expect(value).toBeCloseTo(expected[i]![j]!, 3)),
      );
    }
    began.dispose();
  });
});
