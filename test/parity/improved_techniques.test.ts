import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { leakyReLU } from '../../src/layers/leaky_relu.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GANOptions } from '../../src/training/systems/gan_options.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';

type Name = 'generator' | 'discriminator';
type Weights = readonly (number[] | number[][])[];

/** What tools/parity/improved_techniques.py writes. */
interface Written {
  readonly seed: number;
  readonly rate: number;
  readonly start: Readonly<Record<Name, Weights>>;
  readonly reals: number[][][];
  readonly cases: readonly {
    readonly source: string;
    readonly options: Pick<GANOptions, 'featureMatching' | 'historicalAveraging'>;
    readonly steps: Readonly<Record<string, number>>[];
    readonly end: Readonly<Record<Name, Weights>>;
  }[];
}

const { seed, rate, start, reals, cases } = fixture<Written>('improved_techniques');

function network(weights: Weights, activation: layers.Layer): LayersModel {
  const [kernel, hidden, , last] = weights as [number[][], number[], number[][], number[]];
  const model = sequential({
    layers: [
      layers.dense({ inputShape: [kernel.length], units: hidden.length, name: 'hidden' }),
      activation,
      layers.dense({ units: last.length, name: 'out' }),
    ],
  });
  tidy(() =>
    model.setWeights(
      weights.map((one) =>
        Array.isArray(one[0]) ? tensor2d(one as number[][]) : tensor1d(one as number[]),
      ),
    ),
  );
  return model;
}

describe.each(BACKENDS)('six steps of Improved Techniques beside float64 on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(ON_GPU ? cases.slice(1) : cases)('$source', async ({ options, steps, end }) => {
    const rates = { learningRate: rate };
    const gan = createGAN({
      generator: network(start.generator, layers.activation({ activation: 'tanh', name: 'act' })),
      discriminator: network(start.discriminator, leakyReLU({ negativeSlope: 0.2, name: 'act' })),
      optimizers: { generator: adam(rates), discriminator: adam(rates) },
      loss: nonSaturating(),
      ...options,
      seed,
    });
    for (const [t, theirs] of steps.entries()) {
      const ours = { ...(await gan.trainStep({ real: tensor2d(reals[t]!) })) } as typeof theirs;
      expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
      for (const [name, value] of Object.entries(theirs))
        expect(Math.abs(ours[name]! - value), `${name} of step ${t}`).toBeLessThan(1e-5);
    }
    for (const name of ['discriminator', 'generator'] as const) {
      const weights = gan.networks[name].getWeights();
      for (const [i, weight] of weights.entries())
        expect(await weight.data(), `${name}, weight ${i}`).toBeAllclose(end[name][i]!.flat(), {
          rtol: 1e-4,
        });
    }
  });
});
