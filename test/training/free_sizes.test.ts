import { memory, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { relativisticAverage } from '../../src/losses/relativistic_average.js';
import { patchDiscriminator } from '../../src/models/patch_discriminator.js';
import { resnetGenerator } from '../../src/models/resnet_generator.js';
import { unetGenerator } from '../../src/models/unet_generator.js';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import type { CycleGAN, CycleGANLosses } from '../../src/training/systems/cycle_gan.js';
import type { CycleGANOptions } from '../../src/training/systems/cycle_gan_options.js';
import { createPix2Pix } from '../../src/training/systems/pix2pix.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { saveAndLoad } from '../helpers/save_and_load.js';
import { images } from './translation_systems.js';

const FREE = [null, null, 3] as const;

const cycleOf = (options: CycleGANOptions = {}): CycleGAN =>
  createCycleGAN({
    inputShape: FREE,
    generatorOptions: { filters: 2, blocks: 1, stddev: 0.2 },
    discriminatorOptions: { filters: 2, layers: 1 },
    ...options,
  });

/** One image of each domain, of a size of its own in each step. */
async function trainOver(cycle: CycleGAN, first: number, last: number): Promise<CycleGANLosses[]> {
  const sizes = [32, 48, 24, 32, 16] as const;
  const losses: CycleGANLosses[] = [];
  for (let k = first; k < last; k++) {
    const [h, w] = [sizes[k % 5]!, sizes[(k + 1) % 5]!];
    const a = images(10, k, [h, h, 3], 1);
    const b = images(11, k, [w, h, 3], 1);
    losses.push(await cycle.trainStep({ a, b }));
    a.dispose();
    b.dispose();
  }
  return losses;
}

describe('networks of free size', () => {
  beforeAll(() => useBackend(FASTEST));

  it('train on images of other sizes in each domain and step, with the default pool', async () => {
    const cycle = cycleOf();
    expect(cycle.pools.a.size).toBe(50);
    const before = memory().numTensors;
    const losses = await trainOver(cycle, 0, 6);
    for (const loss of losses.flatMap((one) => Object.values(one) as number[]))
      expect(loss).toBeGreaterThan(0);
    // four moments a weight come with the first step, of each kind of optimizer two, and 12 pooled images
    const weights = Object.values(cycle.networks).flatMap((model) => model.trainableWeights);
    expect(memory().numTensors).toBe(before + 2 * weights.length + 12);
    cycle.dispose();
  });

  it('see the same in one pass as in two: the joined one is for samples of one shape', async () => {
    const [joined, apart] = [cycleOf(), cycleOf({ powerIteration: 'call' })];
    expect(await trainOver(joined, 0, 4)).toEqual(await trainOver(apart, 0, 4));
  });

  it('go on from a state whose pools hold images of several sizes', async () => {
    const options = { poolSize: 2 };
    const whole = cycleOf(options);
    const losses = await trainOver(whole, 0, 8);
    const stopped = cycleOf(options);
    await trainOver(stopped, 0, 5);
    const state = await stopped.state();
    const shapes = [0, 1].map((i) => state.arrays[`pool/a/images/${i}`]!.shape.join());
    expect(new Set(shapes).size).toBe(2);
    const resumed = cycleOf({ ...options, seed: 9 });
    await resumed.restore(state);
    expect(await resumed.state()).toEqual(state);
    expect(await trainOver(resumed, 5, 8)).toEqual(losses.slice(5));
  });

  it('take relativistic losses, spectral norms and channels of their own', async () => {
    const cycle = cycleOf({
      outputShape: [null, null, 1],
      loss: relativisticAverage(),
      discriminatorOptions: { filters: 2, layers: 1, spectralNorm: true },
    });
    const [a, b] = [images(1, 0, [16, 24, 3], 2), images(2, 0, [32, 16, 1], 2)];
    const { discriminatorA, cycleB } = await cycle.trainStep({ a, b });
    expect(discriminatorA).toBeGreaterThan(0);
    expect(cycleB).toBeGreaterThan(0);
    expect(cycle.translate({ a }).shape).toEqual([2, 16, 24, 1]);
  });

  it('say in words which options and sizes they do not take', async () => {
    expect(() => cycleOf({ outputShape: [32, null, 3] })).toThrow(
      /^createCycleGAN: `outputShape` must be of the height and width of inputShape, null and null, where one of them is null/,
    );
    const cycle = cycleOf();
    const state = await cycle.state();
    const [good, odd, small] = [
      images(1, 0, [16, 16, 3], 1),
      images(1, 1, [18, 16, 3], 1),
      images(1, 2, [4, 16, 3], 1),
    ];
    await expect(cycle.trainStep({ a: odd, b: good })).rejects.toThrow(
      /^CycleGAN.trainStep: `batch.a` must be of a size that comes back through both generators, here as \[1,20,16,3\]/,
    );
    await expect(cycle.trainStep({ a: good, b: small })).rejects.toThrow(
      /^CycleGAN.trainStep: `batch.b` must be of a height and width that are from 6 on\. Received: Tensor \(shape \[1,4,16,3\]/,
    );
    await expect(
      createPix2Pix({
        generator: resnetGenerator({ inputShape: FREE, filters: 2, blocks: 0 }),
        inputShape: FREE,
        discriminatorOptions: { filters: 2, layers: 1 },
      }).trainStep({ a: odd, b: odd }),
    ).rejects.toThrow(/^Pix2Pix.trainStep: `batch.a` must be of a size that the generator keeps/);
    expect(await cycle.state()).toEqual(state);
  });
});

describe('a U-Net of free size', () => {
  beforeAll(() => useBackend(FASTEST));

  const rule = 'must be of a height and width that are multiples of 8, from 8 on';
  const advice = 'Sizes next to these: height 16 or 24, width 16.';
  const message = (where: string) =>
    new RegExp(
      `^${where} ${rule}\\. Received: Tensor \\(shape \\[1,20,16,3\\], dtype float32\\)\\.\n${advice}$`,
    );

  it('says which sizes fit where others do not, as the one of fixed size does', async () => {
    const args = { downsamplings: 3, filters: 2 };
    expect(() => unetGenerator({ inputShape: [20, 16, 3], ...args })).toThrow(
      `${rule}. Received: [20, 16, 3].\n${advice}`,
    );

    const x = zeros([1, 20, 16, 3]);
    const network = unetGenerator({ inputShape: FREE, ...args });
    for (const model of [network, await saveAndLoad(network)]) {
      const held = memory().numTensors;
      expect(() => model.predict(x)).toThrow(message('unetGenerator: `images`'));
      expect(() => model.apply(x, { training: true })).toThrow(message('unetGenerator: `images`'));
      expect(memory().numTensors).toBe(held);
      expect((model.predict(zeros([2, 16, 24, 3])) as Tensor).shape).toEqual([2, 16, 24, 3]);
    }
    const pix2pix = createPix2Pix({
      inputShape: FREE,
      generatorOptions: args,
      discriminatorOptions: { filters: 2, layers: 1 },
    });
    for (const mode of ['training', 'inference'] as const)
      expect(() => pix2pix.translate({ a: x, mode })).toThrow(message('Pix2Pix.translate: `a`'));
    await expect(pix2pix.trainStep({ a: x, b: x })).rejects.toThrow(
      message('Pix2Pix.trainStep: `batch.a`'),
    );
    const good = images(1, 0, [16, 24, 3], 1);
    const { l1 } = await pix2pix.trainStep({ a: good, b: good });
    expect(l1).toBeGreaterThan(0);
  });

  it('has no layer more where its size is fixed', () => {
    const names = (height: number | null) =>
      unetGenerator({ inputShape: [height, 16, 3], downsamplings: 3, filters: 2 }).layers.map(
        ({ name }) => name,
      );
    expect(names(null).filter((name) => name !== 'input_size')).toEqual(names(16));
  });
});

describe('a patch discriminator of free size', () => {
  beforeAll(() => useBackend(FASTEST));

  it('says from which size on it takes images', () => {
    const critic = patchDiscriminator({ inputShape: FREE, filters: 2, layers: 2 });
    expect(() => critic.predict(zeros([1, 11, 16, 3]))).toThrow(
      /^patchDiscriminator: `images` must be of a height and width that are from 12 on/,
    );
    expect((critic.predict(zeros([1, 12, 13, 3])) as Tensor).shape).toEqual([1, 1, 1, 1]);
  });
});
