import { beforeAll, describe, expect, it } from 'vitest';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import { createPix2Pix } from '../../src/training/systems/pix2pix.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { held } from '../helpers/held.js';
import { images } from './translation_systems.js';
import type { Shape } from './translation_systems.js';

/** Of the cycles; a U-Net with skip connections of every kind needs more. */
const SMALL: Shape = [16, 16, 3];
const SHAPE: Shape = [32, 32, 3];
/** An op of libtensorflow takes longer to call than such images to compute. */
const STEPS = FASTEST === 'tensorflow' ? 50 : 200;

/** Trains for some steps on images that change, and tells what is held then. */
async function train(
  system: { trainStep(batch: object, options: { read: boolean }): Promise<unknown> },
  from: number,
  to: number,
  shape: Shape,
): Promise<{ tensors: number; heap: number }> {
  for (let k = from; k < to; k++) {
    const batch = { a: images(1, k, shape, 1), b: images(2, k, shape, 1) };
    await system.trainStep(batch, { read: false });
    batch.a.dispose();
    batch.b.dispose();
  }
  return held();
}

const generatorOptions = { filters: 4, blocks: 2, recompute: true };
const discriminatorOptions = { filters: 4, layers: 2 };
const poolSize = 10;

describe(`the heap and the count of tensors over ${STEPS} steps`, () => {
  beforeAll(() => useBackend(FASTEST));

  it.each([
    [
      'CycleGAN',
      () => createCycleGAN({ inputShape: SMALL, generatorOptions, discriminatorOptions, poolSize }),
    ],
    [
      'SN-CycleGAN',
      () =>
        createCycleGAN({
          ...{ inputShape: SMALL, generatorOptions, poolSize },
          discriminatorOptions: { ...discriminatorOptions, spectralNorm: true },
        }),
    ],
    [
      'WCycleGAN-GP',
      () =>
        createCycleGAN({
          ...{ inputShape: SMALL, generatorOptions, discriminatorOptions, poolSize },
          ...{ loss: wasserstein(), discriminatorWeight: 1 },
          penalties: { a: new GradientPenalty({ seed: 1 }), b: new GradientPenalty({ seed: 2 }) },
        }),
    ],
    [
      'pix2pix',
      () =>
        createPix2Pix({
          ...{ inputShape: SHAPE, discriminatorOptions },
          generatorOptions: { filters: 4, downsamplings: 5 },
        }),
    ],
  ])('are flat for %s', { timeout: 120_000 }, async (name, make) => {
    const shape = name === 'pix2pix' ? SHAPE : SMALL;
    const system = make();
    const warm = await train(system, 0, 25, shape);
    const later = await train(system, 25, STEPS, shape);
    expect(later).toEqual(warm);
    system.dispose();
  });
});
