import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { minimax } from '../../src/losses/minimax.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { adam } from '../../src/training/optimizers/adam.js';
import type { AdamOptions } from '../../src/training/optimizers/adam.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { createUnrolledGAN } from '../../src/training/systems/unrolled_gan.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';

type Name = 'generator' | 'discriminator';
type Weights = readonly (number[] | number[][])[];

/** What tools/parity/unrolled_gan.py writes. */
interface Written {
  readonly seed: number;
  readonly start: Readonly<Record<Name, Weights>>;
  readonly reals: number[][][];
  readonly cases: readonly {
    readonly optimizer: 'sgd' | 'adam';
    readonly rates: Readonly<Record<Name, AdamOptions>>;
    readonly options: {
      readonly unrolledSteps: number;
      readonly objective: 'value' | 'loss';
      readonly gradient: 'through' | 'stopped';
      readonly order?: 'simultaneous';
    };
    readonly losses: Readonly<Record<Name, number>>[];
    readonly end: Readonly<Record<Name, Weights>>;
  }[];
}

const { seed, start, reals, cases } = fixture<Written>('unrolled_gan');

function network(weights: Weights): LayersModel {
  const [kernel, hidden, , last] = weights as [number[][], number[], number[][], number[]];
  const model = sequential({
    layers: [
      layers.dense({ inputShape: [kernel.length], units: hidden.length, activation: 'tanh' }),
      layers.dense({ units: last.length }),
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

describe.each(BACKENDS)('five steps of an unrolled GAN beside float64 on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  // Adam's first steps have the size of the rate whatever the gradient; oneDNN on AVX2 differs by 1.26e-4
  const rtol = backend === 'tensorflow' ? 2e-4 : 1e-4;

  it.each(ON_GPU ? cases.slice(1, 2) : cases)(
    '$optimizer, $options',
    async ({ optimizer, rates, options, losses, end }) => {
      const make = (rates: AdamOptions) =>
        optimizer === 'adam' ? adam(rates) : sgd({ learningRate: rates.learningRate! });
      const gan = createUnrolledGAN({
        generator: network(start.generator),
        discriminator: network(start.discriminator),
        optimizers: { generator: make(rates.generator), discriminator: make(rates.discriminator) },
        loss: options.objective === 'value' ? minimax() : nonSaturating(),
        ...options,
        seed,
      });
      for (const [t, theirs] of losses.entries()) {
        const ours = await gan.trainStep({ real: tensor2d(reals[t]!) });
        for (const name of ['discriminator', 'generator'] as const)
          expect(Math.abs(ours[name] - theirs[name]), `${name} of step ${t}`).toBeLessThan(1e-4);
      }
      for (const name of ['discriminator', 'generator'] as const) {
        const weights = gan.networks[name].getWeights();
        for (const [i, weight] of weights.entries())
          expect(await weight.data(), `${name}, weight ${i}`).toBeAllclose(end[name][i]!.flat(), {
            rtol,
          });
      }
    },
  );
});
