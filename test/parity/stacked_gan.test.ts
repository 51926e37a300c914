import { dispose, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { adam } from '../../src/training/optimizers/adam.js';
import type { AdamOptions } from '../../src/training/optimizers/adam.js';
import { createStackedGAN } from '../../src/training/systems/stacked_gan.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { rows, tinyEncoder, tinyLevels } from '../training/tiny_stack.js';

type Weights = readonly (number[] | number[][])[];

/** What tools/parity/stacked_gan.py writes. */
interface Written {
  readonly seed: number;
  readonly latents: readonly number[];
  readonly weights: Readonly<Record<'adversarial' | 'conditional' | 'entropy', number>>;
  readonly rates: AdamOptions;
  readonly reals: number[][][];
  readonly labels: number[][];
  readonly cases: readonly {
    readonly mode: 'independent' | 'joint';
    readonly jointGradient: number;
    readonly features: readonly ('h1' | 'h2')[];
    readonly losses: Readonly<Record<string, number>>[];
    readonly start: Readonly<Record<string, Weights>>;
    readonly end: Readonly<Record<string, Weights>>;
  }[];
}

const { seed, latents, weights, rates, reals, labels, cases } = fixture<Written>('stacked_gan');

/** Writes weights by layer, in the order in which they are written. */
function fill(network: LayersModel, values: Weights): void {
  tidy(() => weightsOf(network).forEach((weight, i) => weight.write(asTensor(values[i]!))));
}

const asTensor = (values: number[] | number[][]) =>
  Array.isArray(values[0]) ? tensor2d(values) : tensor1d(values as number[]);

const weightsOf = ({ layers }: LayersModel) => layers.flatMap((layer) => layer.weights);

describe.each(BACKENDS)('five steps of a Stacked GAN beside float64 on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(ON_GPU ? cases.slice(2, 3) : cases)(
    '$mode, factor $jointGradient, $features',
    async ({ mode, jointGradient, features, losses, start, end }) => {
      const each = () => Array.from({ length: features.length + 1 }, () => adam(rates));
      const gan = createStackedGAN({
        encoder: tinyEncoder(),
        features,
        levels: tinyLevels(features, latents),
        optimizers: { generators: each(), discriminators: each() },
        ...{ mode, jointGradient, weights, seed },
      });
      const networks = Object.entries(gan.networks);
      for (const [name, network] of networks) fill(network, start[name]!);
      for (const [t, theirs] of losses.entries()) {
        const [real, condition] = [tensor2d(reals[t]!), rows(labels[t]!)];
        const ours = await gan.trainStep({ real, condition });
        dispose([real, condition]);
        expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
        for (const [name, value] of Object.entries(ours))
          expect(Math.abs(value - theirs[name]!), `${name} of step ${t}`).toBeLessThan(1e-4);
      }
      for (const [name, network] of networks)
        for (const [i, weight] of weightsOf(network).entries())
          expect(await weight.read().data(), `${name}, weight ${i}`).toBeAllclose(
            end[name]![i]!.flat(),
            { rtol: 1e-4, atol: 1e-5 },
          );
      gan.dispose();
    },
  );
});
