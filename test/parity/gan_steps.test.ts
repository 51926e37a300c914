import { tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { fill } from '../../bench/hash.js';
import { loadStateDict } from '../../src/io/pytorch/load_state_dict.js';
import { stateDict } from '../../src/io/pytorch/state_dict.js';
import { hinge } from '../../src/losses/hinge.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { dcganDiscriminator } from '../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { floatsOf } from '../helpers/base64.js';
import { fixture } from '../helpers/fixtures.js';

interface Packed {
  readonly shape: number[];
  readonly data: string;
}
type Dicts = Record<'generator' | 'discriminator', Record<string, Packed>>;
interface Case {
  readonly loss: 'nonSaturating' | 'hinge' | 'wasserstein';
  readonly normalization: 'batch' | 'spectral' | 'none';
  readonly adam: { learningRate: number; beta1: number; beta2: number };
  readonly criticSteps: number;
  readonly penalty?: number;
  readonly powerIteration: 'step' | 'call';
  readonly losses: Record<string, number>[];
  readonly start: Dicts;
  readonly end: Dicts;
}
interface Steps {
  readonly seed: number;
  readonly batch: number;
  readonly latentSize: number;
  readonly imageShape: [number, number, number];
  readonly filters: number;
  readonly cases: Case[];
}

const LOSSES = { hinge, nonSaturating, wasserstein };
/** How far losses may be from PyTorch's, and weights, as a part of the greatest in their tensor. */
const [OF_LOSSES, OF_WEIGHTS] = [ON_GPU ? 1e-4 : 1e-5, 1e-5];
/** A software GPU makes three steps, and the weights are not compared. */
const made = <T>(steps: readonly T[]): readonly T[] => (ON_GPU ? steps.slice(0, 3) : steps);

function load(model: LayersModel, packed: Record<string, Packed>): void {
  const dict = Object.fromEntries(
    Object.entries(packed).map(([key, one]) => [
      key,
      { shape: one.shape, data: floatsOf(one.data) },
    ]),
  );
  loadStateDict({ model, stateDict: dict, architecture: 'dcgan' });
}

/** The greatest difference in each tensor, as a part of the greatest value in it. */
async function distances(
  model: LayersModel,
  packed: Record<string, Packed>,
): Promise<Record<string, number>> {
  const ours = await stateDict({ model, architecture: 'dcgan', spectralKeys: 'parametrization' });
  const parts = Object.entries(packed).map(([key, one]) => {
    const reference = floatsOf(one.data);
    const { data } = ours[key]!;
    const apart = reference.map((value, i) => Math.abs(value - Number(data[i])));
    return [key, Math.max(...apart) / Math.max(...reference.map(Math.abs))] as const;
  });
  return Object.fromEntries(parts);
}

describe.each(BACKENDS)('ten steps of createGAN beside PyTorch on %s', (backend) => {
  const all = [
    ['DCGAN, non-saturating, batch normalization', 'dcgan', 0],
    ['SN-DCGAN, hinge, one power iteration a step', 'sn_dcgan', 0],
    ['SN-DCGAN, hinge, one power iteration a call', 'sn_dcgan', 1],
    ['WGAN-GP, two critic steps', 'wgan_gp', 0],
  ] as const;
  // on GPUs parity/spectral_norm counts the iterations of calls
  it.each(all.filter(([, , index]) => !ON_GPU || index === 0))(
    '%s',
    async (_, name, index) => {
      await useBackend(backend);
      const steps = fixture<Steps>(`gan_steps_${name}`);
      const { seed, batch, latentSize, imageShape, filters } = steps;
      const one = steps.cases[index]!;
      const { normalization, criticSteps, powerIteration } = one;
      const norm = normalization === 'spectral' ? { spectralNorm: true } : { normalization };
      const common = {
        imageShape,
        filters,
        kernelSize: 4,
        outerBias: false,
        form: 'paper',
      } as const;
      const networks = {
        generator: dcganGenerator({ ...common, latentSize }),
        discriminator: dcganDiscriminator({ ...common, ...norm }),
      };
      const names = ['generator', 'discriminator'] as const;
      for (const network of names) load(networks[network], one.start[network]);
      const gan = createGAN({
        ...networks,
        loss: LOSSES[one.loss](),
        ...(one.penalty !== undefined && {
          penalty: new GradientPenalty({ weight: one.penalty, seed }),
        }),
        optimizers: { generator: adam(one.adam), discriminator: adam(one.adam) },
        ...{ criticSteps, powerIteration, seed },
      });
      const shape: [number, number, number, number] = [batch, ...imageShape];
      const size = shape.reduce((product, n) => product * n, 1);
      for (const [step, theirs] of made(one.losses).entries()) {
        const real = tensor(fill(size, seed + step, 1), shape);
        const ours: Partial<Record<string, number>> = { ...(await gan.trainStep({ real })) };
        real.dispose();
        expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
        for (const [key, loss] of Object.entries(theirs))
          expect(Math.abs(ours[key]! - loss), `${key} of step ${step}`).toBeLessThan(OF_LOSSES);
      }
      if (ON_GPU) return;
      for (const network of names) {
        const apart = await distances(networks[network], one.end[network]);
        const moved = await distances(networks[network], one.start[network]);
        for (const key of Object.keys(apart)) {
          expect(apart[key], `${network}, ${key}`).toBeLessThan(OF_WEIGHTS);
          // u of a single unit is ±1
          if (one.end[network][key]!.shape.join() !== '1')
            expect(moved[key], `${network}, ${key}`).toBeGreaterThan(100 * OF_WEIGHTS);
        }
      }
    },
    120_000,
  );
});
