import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { hinge } from '../../src/losses/hinge.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { dcganDiscriminator } from '../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GAN } from '../../src/training/systems/gan_members.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';

const imageShape = [16, 16, 1] as const;
const small = { imageShape, form: 'paper', filters: 3, kernelSize: 4, stddev: 0.1 } as const;
const generator = () => dcganGenerator({ ...small, latentSize: 5, seed: 1 });

const SYSTEMS: Readonly<Record<string, () => GAN>> = {
  'hinge, spectral normalization, dropout, label flips and noise': () =>
    createGAN({
      generator: generator(),
      discriminator: dcganDiscriminator({
        ...small,
        spectralNorm: true,
        dropout: 0.3,
        seed: 2,
      }),
      loss: hinge(),
      ema: { decay: 0.9 },
      labelFlip: { probability: 0.2 },
      instanceNoise: { stddev: 0.1 },
      seed: 3,
    }),
  'WGAN-GP': () =>
    createGAN({
      generator: generator(),
      discriminator: dcganDiscriminator({ ...small, normalization: 'none', seed: 2 }),
      loss: wasserstein(),
      penalty: new GradientPenalty({ seed: 5 }),
      seed: 3,
    }),
};

/** All losses of the steps from `first` to before `last`. */
async function lossesOf(gan: GAN, first: number, last: number): Promise<number[]> {
  const losses: number[] = [];
  for (let k = first; k < last; k++) {
    const real = new RandomStream(50).seek(k).uniform([4, ...imageShape], -1, 1);
    const step = await gan.trainStep({ real });
    losses.push(...(Object.values(step) as number[]));
    real.dispose();
  }
  return losses;
}

// the host draws all noise, so that equal seeds train alike everywhere
describe.each(BACKENDS.filter((name) => name !== 'cpu'))('createGAN on %s', (backend) => {
  describe.each(Object.keys(SYSTEMS))('%s', (name) => {
    let reference: number[];

    beforeAll(async () => {
      await useBackend('cpu');
      const gan = SYSTEMS[name]!();
      reference = await lossesOf(gan, 0, 3);
      gan.dispose();
      await useBackend(backend, { tuned: false });
    });

    it('trains as on cpu, and holds its tensors flat', async () => {
      const gan = SYSTEMS[name]!();
      const losses = await lossesOf(gan, 0, 1);
      const before = memory().numTensors;
      losses.push(...(await lossesOf(gan, 1, 3)));
      expect(memory().numTensors).toBe(before);
      expect(losses).toBeAllclose(reference, { rtol: 1e-4 });
      expect(new Set(losses).size).toBe(losses.length);
      gan.dispose();
    });

    // on GPUs a GAN of dense layers does so, with all that has a state: training/systems
    it.skipIf(ON_GPU)('goes on from a state to the last bit', async () => {
      const gan = SYSTEMS[name]!();
      await lossesOf(gan, 0, 1);
      const state = await gan.state();
      const uninterrupted = await lossesOf(gan, 1, 3);
      gan.dispose();
      const resumed = SYSTEMS[name]!();
      await resumed.restore(state);
      expect(await lossesOf(resumed, 1, 3)).toEqual(uninterrupted);
      resumed.dispose();
    });
  });
});
