import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { leakyReLU } from '../../src/layers/leaky_relu.js';
import { minimax } from '../../src/losses/minimax.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { createSemiSupervisedGAN } from '../../src/training/systems/semi_supervised_gan.js';
import type { SemiSupervisedGANOptions } from '../../src/training/systems/semi_supervised_options.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';

type Name = 'generator' | 'discriminator';
type Weights = readonly (number[] | number[][])[];

/** What tools/parity/semi_supervised.py writes. */
interface Written {
  readonly seed: number;
  readonly rate: number;
  readonly decay: number;
  readonly start: Readonly<Record<Name, Weights>>;
  readonly batches: {
    readonly labelled: number[][];
    readonly labels: number[];
    readonly unlabelled: number[][];
    readonly matched: number[][];
  }[];
  readonly cases: readonly {
    readonly source: string;
    readonly options: Pick<SemiSupervisedGANOptions, 'featureMatching' | 'unlabelledWeight'>;
    readonly steps: Readonly<Record<string, number>>[];
    readonly end: Readonly<Record<Name, Weights>>;
    readonly average: Weights;
  }[];
}

const { seed, rate, decay, start, batches, cases } = fixture<Written>('semi_supervised');

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

describe.each(BACKENDS)('five steps of a semi-supervised GAN beside float64 on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each((ON_GPU ? cases.slice(0, 1) : cases).map((one) => [one.source, one] as const))(
    '%s',
    async (_, { options, steps, end, average }) => {
      const rates = { learningRate: rate };
      const gan = createSemiSupervisedGAN({
        generator: network(start.generator, layers.activation({ activation: 'tanh', name: 'act' })),
        discriminator: network(start.discriminator, leakyReLU({ negativeSlope: 0.2, name: 'act' })),
        optimizers: { generator: adam(rates), discriminator: adam(rates) },
        loss: minimax(),
        latents: 'uniform01',
        ema: { decay, warmUp: true },
        ...options,
        seed,
      });
      for (const [t, theirs] of steps.entries()) {
        const { labelled, labels, unlabelled, matched } = batches[t]!;
        const ours: Record<string, number> = {
          ...(await gan.trainStep({
            labelled: tensor2d(labelled),
            labels: tensor2d(labels, [labels.length, 1]),
            unlabelled: tensor2d(unlabelled),
            matched: tensor2d(matched),
          })),
        };
        expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
        for (const [name, value] of Object.entries(theirs))
          expect(Math.abs(ours[name]! - value), `${name} of step ${t}`).toBeLessThan(1e-5);
      }
      const compared = [
        ...(['generator', 'discriminator'] as const).map(
          (name) => [name, gan.networks[name].getWeights(), end[name]] as const,
        ),
        ['average', gan.ema!.weights, average] as const,
      ];
      for (const [name, weights, expected] of compared)
        for (const [i, weight] of weights.entries())
          expect(await weight.data(), `${name}, weight ${i}`).toBeAllclose(expected[i]!.flat(), {
            rtol: 1e-4,
          });
      gan.dispose();
    },
  );
});
