import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { leakyReLU } from '../../src/layers/leaky_relu.js';
import { hinge } from '../../src/losses/hinge.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { adam } from '../../src/training/optimizers/adam.js';
import type { AdamOptions } from '../../src/training/optimizers/adam.js';
import type { LatentOptimizationOptions } from '../../src/training/step/latent_optimization.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GANLosses } from '../../src/training/systems/gan_members.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';

type Name = 'generator' | 'discriminator';
type Weights = readonly (number[] | number[][])[];

/** What tools/parity/logan.py writes. */
interface Written {
  readonly seed: number;
  readonly adam: AdamOptions;
  readonly start: Readonly<Record<Name, Weights>>;
  readonly reals: number[][][];
  readonly cases: readonly {
    readonly options: Required<LatentOptimizationOptions>;
    readonly latents: 'normal' | 'uniform';
    readonly loss: keyof typeof LOSSES;
    /** Of the leaky ReLU; null for tanh. */
    readonly slope: number | null;
    readonly losses: Required<Pick<GANLosses, (typeof TERMS)[number]>>[];
    readonly end: Readonly<Record<Name, Weights>>;
  }[];
}

const LOSSES = { hinge, nonSaturating };
const TERMS = ['discriminator', 'latentCost', 'generator', 'generatorLatentCost'] as const;
const { seed, adam: rates, start, reals, cases } = fixture<Written>('logan');

function network(weights: Weights, slope: number | null): LayersModel {
  const [kernel, hidden, , last] = weights as [number[][], number[], number[][], number[]];
  const model = sequential({
    layers: [
      layers.dense({ inputShape: [kernel.length], units: hidden.length }),
      slope === null
        ? layers.activation({ activation: 'tanh' })
        : leakyReLU({ negativeSlope: slope }),
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

describe.each(BACKENDS)('five steps of LOGAN beside float64 on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(ON_GPU ? cases.slice(0, 1) : cases)(
    '$options, $latents latents, $loss',
    async ({ options, latents, loss, slope, losses, end }) => {
      const gan = createGAN({
        generator: network(start.generator, slope),
        discriminator: network(start.discriminator, slope),
        optimizers: { generator: adam(rates), discriminator: adam(rates) },
        ...{ loss: LOSSES[loss](), latents, seed },
        // the first case has the paper's numbers
        latentOptimization: options === cases[0]!.options ? {} : options,
      });
      for (const [t, theirs] of losses.entries()) {
        const real = tensor2d(reals[t]!);
        const ours = await gan.trainStep({ real });
        real.dispose();
        for (const name of TERMS)
          expect(ours[name], `${name} of step ${t}`).toBeAllclose(theirs[name], { rtol: 1e-4 });
      }
      for (const name of ['discriminator', 'generator'] as const)
        for (const [i, weight] of gan.networks[name].getWeights().entries())
          expect(await weight.data(), `${name}, weight ${i}`).toBeAllclose(end[name][i]!.flat(), {
            rtol: 1e-4,
          });
      gan.dispose();
    },
  );
});
