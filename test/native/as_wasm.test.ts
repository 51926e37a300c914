import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { hinge } from '../../src/losses/hinge.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { dcganDiscriminator } from '../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { createPix2Pix } from '../../src/training/systems/pix2pix.js';
import { useBackend } from '../helpers/backends.js';

const STEPS = 10;
const imageShape = [16, 16, 1] as const;
const small = { imageShape, form: 'paper', filters: 3, kernelSize: 4, stddev: 0.1 } as const;
const generator = () => dcganGenerator({ ...small, latentSize: 5, seed: 1 });
const generatorOptions = { filters: 4, blocks: 1 };
const discriminatorOptions = { filters: 4, layers: 2 };

interface System {
  trainStep(batch: object): Promise<object>;
  dispose(): void;
}
const draw = (stream: number, k: number, ...shape: number[]) =>
  new RandomStream(stream).seek(k).uniform(shape, -1, 1);
const reals = (k: number) => ({ real: draw(50, k, 4, ...imageShape) });
const pairs = (k: number) => ({ a: draw(51, k, 1, 32, 32, 3), b: draw(52, k, 1, 32, 32, 3) });

const SYSTEMS: [string, () => System, (k: number) => Record<string, Tensor>][] = [
  [
    'SN-GAN',
    () =>
      createGAN({
        generator: generator(),
        discriminator: dcganDiscriminator({ ...small, spectralNorm: true, seed: 2 }),
        loss: hinge(),
        seed: 3,
      }),
    reals,
  ],
  [
    'WGAN-GP',
    () =>
      createGAN({
        generator: generator(),
        discriminator: dcganDiscriminator({ ...small, normalization: 'none', seed: 2 }),
        loss: wasserstein(),
        penalty: new GradientPenalty({ seed: 5 }),
        seed: 3,
      }),
    reals,
  ],
  [
    'pix2pix',
    () =>
      createPix2Pix({
        ...{ inputShape: [32, 32, 3], discriminatorOptions },
        generatorOptions: { filters: 4, downsamplings: 5 },
      }),
    pairs,
  ],
  [
    'CycleGAN',
    () => createCycleGAN({ inputShape: [32, 32, 3], generatorOptions, discriminatorOptions }),
    pairs,
  ],
];

async function losses(
  backend: 'wasm' | 'tensorflow',
  make: () => System,
  batchOf: (k: number) => Record<string, Tensor>,
): Promise<number[]> {
  await useBackend(backend);
  const system = make();
  const all: number[] = [];
  for (let k = 0; k < STEPS; k++) {
    const batch = batchOf(k);
    all.push(...(Object.values(await system.trainStep(batch)) as number[]));
    dispose(batch);
  }
  system.dispose();
  return all;
}

describe('the losses of ten steps are those of wasm', () => {
  it.each(SYSTEMS)('%s', async (_, make, batchOf) => {
    const expected = await losses('wasm', make, batchOf);
    expect(expected.length).toBeGreaterThanOrEqual(2 * STEPS);
    const got = await losses('tensorflow', make, batchOf);
    got.forEach((loss, i) =>
      expect(Math.abs(loss - expected[i]!)).toBeLessThan(
        1e-4 * Math.max(1, Math.abs(expected[i]!)),
      ),
    );
  });
});
