import { memory } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { conv2d } from '../../src/layers/conv2d.js';
import type { Dropout } from '../../src/layers/dropout.js';
import { dropout } from '../../src/layers/dropout.js';
import type { BatchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { hinge } from '../../src/losses/hinge.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { createPix2Pix } from '../../src/training/systems/pix2pix.js';
import type { Pix2Pix } from '../../src/training/systems/pix2pix.js';
import type { Pix2PixOptions } from '../../src/training/systems/pix2pix_options.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { critic, images, translator } from './translation_systems.js';
import type { Shape } from './translation_systems.js';

const A: Shape = [8, 8, 2];
const B: Shape = [8, 8, 3];
const PAIR: Shape = [8, 8, 5];

/** With what a U-Net has and a state: running statistics and dropout. */
function noisy(seed: number): LayersModel {
  const model = sequential({
    layers: [
      conv2d({ filters: 4, kernelSize: 3, padding: 1, inputShape: [...A], name: 'in' }),
      batchNormalization({ name: 'norm' }),
      dropout({ rate: 0.5, seed, name: 'drop' }),
      conv2d({ filters: B[2], kernelSize: 3, padding: 1, name: 'out' }),
    ],
  });
  initializeWeights(model, { stddev: 0.2, seed });
  return model;
}

/** The same of tfjs's own layers; the dropout has no seed. */
function noisyOfTfjs(): LayersModel {
  const model = sequential({
    layers: [
      layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', inputShape: [...A], name: 'in' }),
      layers.batchNormalization({ momentum: 0.9, name: 'norm' }),
      layers.dropout({ rate: 0.5, name: 'drop' }),
      layers.conv2d({ filters: B[2], kernelSize: 3, padding: 'same', name: 'out' }),
    ],
  });
  initializeWeights(model, { stddev: 0.2, seed: 1 });
  return model;
}

const build = (options: Pix2PixOptions = {}): Pix2Pix =>
  createPix2Pix({ generator: noisy(1), discriminator: critic(PAIR, 3), seed: 5, ...options });

async function trainOver(pix2pix: Pix2Pix, first: number, last: number) {
  const losses = [];
  for (let k = first; k < last; k++) {
    const batch = { a: images(10, k, A), b: images(11, k, B) };
    losses.push(await pix2pix.trainStep(batch));
    batch.a.dispose();
    batch.b.dispose();
  }
  return losses;
}

describe('createPix2Pix', () => {
  beforeAll(() => useBackend(FASTEST));

  it('shows both networks one translation, and moves masks and statistics once a step', async () => {
    const still = () => ({
      generator: adam({ learningRate: 0 }),
      discriminator: adam({ learningRate: 0 }),
    });
    const made = async (seed: number) => {
      const system = build({
        generator: noisy(seed),
        loss: wasserstein(),
        discriminatorWeight: 1,
        optimizers: still(),
      });
      return (await trainOver(system, 0, 1))[0]!;
    };
    // −E D(a, b) + E D(a, G(a)) and −E D(a, G(a)): their sum is −E D(a, b), which knows nothing of G
    const [first, second] = [await made(1), await made(77)];
    expect(first.generator).not.toBe(second.generator);
    expect(first.discriminator + first.generator).toBeCloseTo(
      second.discriminator + second.generator,
      6,
    );
    const pix2pix = build({ optimizers: still() });
    await trainOver(pix2pix, 0, 1);
    const norm = pix2pix.networks.generator.getLayer('norm') as BatchNormalization;
    const drop = pix2pix.networks.generator.getLayer('drop') as Dropout;
    const mean = () =>
      norm.weights
        .find(({ name }) => /mean/.test(name))!
        .read()
        .data();
    const [position, once] = [drop.position, Float32Array.from(await mean())];
    await trainOver(pix2pix, 0, 1);
    expect(drop.position).toBe(position + 1);
    const twice = await mean();
    // r ← 0.9 r + 0.1 m of one batch, twice: 0.1 m, then 0.19 m
    once.forEach((m, i) => expect(twice[i]! / m).toBeCloseTo(1.9, 4));
  });

  it("shows both networks one translation of tfjs's layers too, whose statistics move once", async () => {
    const run = async (seed: number) => {
      const generator = noisyOfTfjs();
      const drop = generator.getLayer('drop');
      const drawn: Float32Array[] = [];
      const call = drop.call.bind(drop);
      drop.call = (inputs, kwargs) => {
        const y = call(inputs, kwargs) as Tensor;
        drawn.push(Float32Array.from(y.dataSync(), (value) => (value === 0 ? 0 : 1)));
        return y;
      };
      const pix2pix = build({ generator, seed });
      await trainOver(pix2pix, 0, 2);
      const [mean] = generator.getLayer('norm').getWeights(false).slice(-2);
      return { drawn, mean: await mean!.data(), generator };
    };
    const { drawn, generator } = await run(5);
    expect(drawn).toHaveLength(4);
    expect(drawn[1]).toEqual(drawn[0]);
    expect(drawn[2]).not.toEqual(drawn[0]);
    expect((await run(5)).drawn).toEqual(drawn);
    expect((await run(6)).drawn).not.toEqual(drawn);
    expect(generator.getLayer('drop').getConfig()['seed']).toBe(undefined);

    const still = adam({ learningRate: 0 });
    const resting = noisyOfTfjs();
    const [a, b] = [images(10, 0, A), images(11, 0, B)];
    const mean = async () => {
      const [moving] = resting.getLayer('norm').getWeights(false).slice(-2);
      return Float32Array.from(await moving!.data());
    };
    const system = build({
      generator: resting,
      optimizers: { generator: still, discriminator: adam() },
    });
    await system.trainStep({ a, b });
    const once = await mean();
    await system.trainStep({ a, b });
    // r ← 0.9 r + 0.1 m of one batch, twice: 0.1 m, then 0.19 m
    (await mean()).forEach((m, i) => expect(m / once[i]!).toBeCloseTo(1.9, 4));
  });

  it.each<[string, () => Pix2PixOptions]>([
    ['hinge', () => ({ loss: hinge() })],
    ['spectral normalization', () => ({ discriminator: critic(PAIR, 3, true) })],
    [
      'a penalty',
      () => ({ loss: wasserstein(), penalty: new GradientPenalty(), discriminatorWeight: 1 }),
    ],
    ['a pool', () => ({ poolSize: 1 })],
  ])('trains with %s, holds no tensor more at each step, and keeps its batch', async (_, make) => {
    const options = make();
    const pix2pix = build(options);
    const batch = { a: images(1, 0, A), b: images(2, 0, B) };
    await expectNoLeak(async () => {
      const told = await pix2pix.trainStep(batch);
      for (const value of Object.values(told)) expect(Number.isFinite(value)).toBe(true);
      expect(told.penalty !== undefined).toBe(options.penalty !== undefined);
    }, 10);
    expect(batch.a.isDisposed || batch.b.isDisposed).toBe(false);
  });

  it('comes closer to its targets', async () => {
    const pix2pix = build({
      generator: translator(A, 3, 1),
      optimizers: { generator: adam({ learningRate: 0.01 }), discriminator: adam() },
    });
    const a = images(1, 0, A, 4);
    const b = images(1, 0, B, 4);
    const first = (await pix2pix.trainStep({ a, b })).l1;
    for (let i = 0; i < 40; i++) await pix2pix.trainStep({ a, b }, { read: false });
    expect((await pix2pix.trainStep({ a, b })).l1).toBeLessThan(0.9 * first);
  });

  it('translates as it is told, without a change of its state', async () => {
    const pix2pix = build();
    await trainOver(pix2pix, 0, 2);
    const before = await pix2pix.state();
    const a = images(1, 0, A);
    const training = await pix2pix.translate({ a, mode: 'training' }).data();
    const inference = await pix2pix.translate({ a, mode: 'inference' }).data();
    expect(training).not.toEqual(inference);
    expect(await pix2pix.translate({ a, mode: 'training' }).data()).toEqual(training);
    expect(await pix2pix.state()).toEqual(before);
    expect(() => pix2pix.translate({ a } as never)).toThrow(
      /Pix2Pix.translate: `mode` must be one of 'training', 'inference'. Received: undefined/,
    );
  });

  it('draws other masks for other seeds, without a change of its state', async () => {
    const pix2pix = build();
    await trainOver(pix2pix, 0, 2);
    const state = await pix2pix.state();
    const a = images(10, 9, A);
    const made = async (seed?: number) => {
      const image = pix2pix.translate({
        a,
        mode: 'training',
        ...(seed === undefined ? {} : { seed }),
      });
      const values = [...(await image.data())];
      image.dispose();
      return values.join();
    };
    const samples = await Promise.all([undefined, 0, 1, 2, 2 ** 40].map(made));
    expect(new Set(samples).size).toBe(samples.length);
    expect(await made(1)).toBe(samples[2]);
    expect(await made()).toBe(samples[0]);
    expect(await pix2pix.state()).toEqual(state);
    const other = build({ seed: 7 });
    await other.restore(state);
    expect((await other.translate({ a, mode: 'training', seed: 2 }).data()).join()).toBe(
      samples[3],
    );
    await expectNoLeak(() => pix2pix.translate({ a, mode: 'training', seed: 3 }).dispose());

    const wrong: [unknown, RegExp][] = [
      [
        { a, mode: 'inference', seed: 1 },
        /^Pix2Pix.translate: `seed` must be left out where mode is 'inference'/,
      ],
      [{ a, mode: 'training', seed: -1 }, /^Pix2Pix.translate: `seed` must be an integer >= 0/],
      [{ a, mode: 'training', seeds: 1 }, /with the keys a, mode, seed/],
    ];
    for (const [input, message] of wrong)
      expect(() => pix2pix.translate(input as { a: Tensor; mode: 'training' })).toThrow(message);
    expect(await pix2pix.state()).toEqual(state);
  });

  it('makes the networks of the paper, and frees them', async () => {
    const tensors = memory().numTensors;
    const pix2pix = createPix2Pix({
      inputShape: [32, 32, 1],
      outputChannels: 3,
      generatorOptions: { filters: 2, downsamplings: 5 },
      discriminatorOptions: { filters: 2, layers: 2 },
    });
    expect(pix2pix.networks.discriminator.inputs[0]!.shape).toEqual([null, 32, 32, 4]);
    const batch = { a: images(1, 0, [32, 32, 1]), b: images(2, 0, [32, 32, 3]) };
    expect((await pix2pix.trainStep(batch)).l1).toBeGreaterThan(0);
    batch.a.dispose();
    batch.b.dispose();
    pix2pix.dispose();
    expect(memory().numTensors).toBe(tensors);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['nothing', () => createPix2Pix({}), /`inputShape` must be present unless/],
    ['a word', () => build({ lambda: 1 } as never), /Received: "lambda"/],
    [
      "a generator's options beside a generator",
      () => build({ generatorOptions: { filters: 2 } }),
      /`generatorOptions` must be omitted if/,
    ],
    [
      "a discriminator's options beside a discriminator",
      () => build({ discriminatorOptions: { filters: 2 } }),
      /`discriminatorOptions` must be omitted if/,
    ],
    ['a negative λ', () => build({ lambdaL1: -1 }), /`lambdaL1` must be .*>= 0.*Received: -1/],
    [
      'a discriminator of single images',
      () => build({ discriminator: critic(B, 3) }),
      /`discriminator` must be a model of pairs, \[,8,8,5\]/,
    ],
    [
      'a penalty beside batch normalization',
      () => build({ discriminator: withNorm(), penalty: new GradientPenalty() }),
      /free of batch normalization/,
    ],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('refuses batches that do not fit', async () => {
    const pix2pix = build();
    const a = images(1, 0, A);
    await expect(pix2pix.trainStep({} as never)).rejects.toThrow(/`batch.a` must be a tensor/);
    await expect(pix2pix.trainStep({ a, b: a })).rejects.toThrow(/`batch.b` must be of shape/);
    await expect(pix2pix.trainStep({ a, b: images(2, 0, B, 3) })).rejects.toThrow(
      /`batch.b` must be as many images as batch.a and of their size/,
    );
  });
});

function withNorm(): LayersModel {
  return sequential({
    layers: [
      conv2d({ filters: 2, kernelSize: 3, inputShape: [...PAIR], name: 'conv0' }),
      batchNormalization({ name: 'norm' }),
    ],
  });
}
