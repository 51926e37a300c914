import { clone, keep, memory, mean, mul, square, sum, train, zeros } from '@tensorflow/tfjs-core';
import type { Optimizer, Scalar, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { SpectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { spectralNorms } from '../../src/layers/spectral/spectral_norms.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { ADVERSARIAL_LOSSES, adversarialLoss } from '../../src/losses/adversarial_loss.js';
import { hinge } from '../../src/losses/hinge.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { dcganDiscriminator } from '../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { GradientMonitor } from '../../src/training/gradient_monitor.js';
import { sampleLatents } from '../../src/training/latents.js';
import { adam } from '../../src/training/optimizers/adam.js';
import type { Adam } from '../../src/training/optimizers/adam.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GAN } from '../../src/training/systems/gan_members.js';
import type { GANOptions } from '../../src/training/systems/gan_options.js';
import type { Penalty } from '../../src/types.js';
import { FASTEST, useBackend } from '../helpers/backends.js';

const imageShape = [16, 16, 1] as const;
const small = { imageShape, form: 'paper', filters: 3, kernelSize: 4, stddev: 0.1 } as const;

type AnyGAN = GAN<Tensor, Optimizer, Optimizer>;

/** A system with everything that has a state. */
const build = <G extends Optimizer = Adam, D extends Optimizer = Adam>(
  options: Partial<GANOptions<Tensor, G, D>> = {},
) =>
  createGAN<Tensor, G, D>({
    generator: dcganGenerator({ ...small, latentSize: 5, seed: 1 }),
    discriminator: dcganDiscriminator({
      ...small,
      spectralNorm: true,
      dropout: 0.3,
      seed: 2,
    }),
    loss: hinge(),
    ema: { decay: 0.9 },
    labelFlip: { probability: 0.2 },
    instanceNoise: { stddev: 0.1, decay: 0.99 },
    seed: 3,
    ...options,
  });

const batch = (k: number) => new RandomStream(50).seek(k).uniform([4, ...imageShape], -1, 1);

/** Trains over batches first … last − 1 and returns all losses. */
async function trainOver(gan: AnyGAN, first: number, last: number) {
  const losses = [];
  for (let k = first; k < last; k++) {
    const real = batch(k);
    losses.push(await gan.trainStep({ real }));
    real.dispose();
  }
  return losses;
}

const weightsOf = (gan: AnyGAN, name: 'generator' | 'discriminator', pattern = /./) =>
  Promise.all(
    namedWeights(gan.networks[name])
      .filter(({ path }) => pattern.test(path))
      .map(async ({ variable }) => Float32Array.from(await variable.read().data())),
  );

describe('createGAN', () => {
  beforeAll(() => useBackend(FASTEST));
  afterEach(() => vi.restoreAllMocks());

  it('brings the norm of a critic near 1 under a gradient penalty', async () => {
    const gan = build({
      discriminator: dcganDiscriminator({ ...small, normalization: 'none', seed: 2 }),
      loss: wasserstein(),
      penalty: new GradientPenalty(),
      criticSteps: 1000,
      optimizers: { generator: adam(), discriminator: adam({ learningRate: 5e-3, beta1: 0 }) },
      labelFlip: { probability: 0 },
    });
    const losses = await trainOver(gan, 0, 60);
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    const penalties = losses.map(({ penalty }) => penalty!);
    expect(penalties[0]).toBeGreaterThan(5); // weight 10, slopes below 0.3
    expect(mean(penalties.slice(-10))).toBeLessThan(1);
  });

  it('refuses a state that does not fit and stays as it was', async () => {
    const gan = build();
    await trainOver(gan, 0, 2);
    const before = await gan.state();
    const other = build({
      discriminator: dcganDiscriminator({ ...small, filters: 2, spectralNorm: true }),
    });
    await trainOver(other, 0, 1);
    await expect(gan.restore(await other.state())).rejects.toThrow(/must be of shape/);
    await expect(gan.restore({ values: {}, arrays: {} })).rejects.toThrow(/must be/);
    expect(await gan.state()).toEqual(before);
  });

  it.each(ADVERSARIAL_LOSSES)('lowers the discriminator loss of %s on fixed data', async (name) => {
    const discriminator = dcganDiscriminator({ ...small, normalization: 'none', seed: 2 });
    const gan = build({
      discriminator,
      loss: adversarialLoss(name),
      criticSteps: 1000, // the generator stands still
      labelFlip: { probability: 0 },
      instanceNoise: { stddev: 0 },
      optimizers: { generator: adam(), discriminator: adam({ learningRate: 5e-3 }) },
    });
    const real = mul(batch(0), 0.1);
    const losses = [];
    for (let i = 0; i < 25; i++) losses.push((await gan.trainStep({ real })).discriminator);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! - 0.05);
  });

  it('updates the generator at every criticSteps-th step only, and tells which', async () => {
    const gan = build({ criticSteps: 3 });
    const start = await weightsOf(gan, 'generator', /kernel/);
    const losses = await trainOver(gan, 0, 2);
    expect(losses.map((l) => Object.keys(l))).toEqual([['discriminator'], ['discriminator']]);
    expect(await weightsOf(gan, 'generator', /kernel/)).toEqual(start);
    const [third] = await trainOver(gan, 2, 3);
    expect(Object.keys(third!)).toEqual(['discriminator', 'generator']);
    expect(await weightsOf(gan, 'generator', /kernel/)).not.toEqual(start);
    expect(gan.steps).toEqual({ discriminator: 3, generator: 1 });
  });

  it('clips the discriminator after its step', async () => {
    const gan = build({
      discriminator: dcganDiscriminator({ ...small, normalization: 'none' }),
      loss: wasserstein(),
      clipWeights: 0.01,
    });
    await trainOver(gan, 0, 2);
    const largest = (await weightsOf(gan, 'discriminator')).flatMap((w) => [...w]).map(Math.abs);
    expect(Math.max(...largest)).toBeAllclose(0.01, { rtol: 1e-6 });
  });

  it('adds weighted penalties at their interval', async () => {
    const penalty: Penalty = {
      weight: 10,
      every: 2,
      compute: (critic, { real }) => mean<Scalar>(square(critic(real))),
    };
    const gan = build({ penalty });
    const losses = await trainOver(gan, 0, 3);
    expect(losses.map((l) => 'penalty' in l)).toEqual([true, false, true]);
    const first = async (penalty: GANOptions['penalty']) =>
      (await trainOver(build({ penalty: penalty! }), 0, 1))[0]!;
    const heavy = await first({ ...penalty, weight: 20 });
    expect(heavy.penalty!).toBeAllclose(2 * losses[0]!.penalty!, { rtol: 1e-5 });
    expect(heavy.discriminator).toBeAllclose(losses[0]!.discriminator, { rtol: 1e-6 });
    // what comes every second step comes twice as strongly, and several penalties add up
    const always = await first({ ...penalty, every: 1 });
    expect(losses[0]!.penalty!).toBeAllclose(2 * always.penalty!, { rtol: 1e-5 });
    const ofReal: Penalty = { ...penalty, compute: (_, { real }) => mean<Scalar>(square(real)) };
    const one = await first({ ...ofReal, every: 1 });
    const both = await first([ofReal, { ...ofReal, every: 3 }]); // times 2 and 3
    expect(both.penalty!).toBeAllclose(5 * one.penalty!, { rtol: 1e-5 });
  });

  it('lets a penalty see one σ with the other passes, and samples without noise', async () => {
    const discriminator = dcganDiscriminator({ ...small, spectralNorm: true, seed: 2 });
    const v = namedWeights(discriminator).find(({ path }) => path.endsWith('_v'))!.variable;
    const seen: Tensor[] = [];
    const penalty: Penalty = {
      weight: 1,
      every: 1,
      compute: (critic, { real, fake }) => {
        seen.push(keep(clone(v.read())));
        const term = mean<Scalar>(square(critic(fake!)));
        seen.push(keep(clone(v.read())), keep(clone(real)));
        return term;
      },
    };
    await trainOver(build({ discriminator, penalty, instanceNoise: { stddev: 1 } }), 0, 1);
    const [before, after, real] = await Promise.all(seen.map((x) => x.data()));
    expect(after).toEqual(before);
    expect(real).toEqual(await batch(0).data());
  });

  it('iterates singular vectors once per discriminator step, or at every call', async () => {
    const moved = async (powerIteration: 'step' | 'call', learningRate: number) => {
      const gan = build({
        powerIteration,
        criticSteps: 1000,
        optimizers: { generator: adam(), discriminator: adam({ learningRate }) },
      });
      const before = await weightsOf(gan, 'discriminator', /_v$/);
      await trainOver(gan, 0, 1);
      const after = await weightsOf(gan, 'discriminator', /_v$/);
      return before.map((v, i) => v.map((x, j) => x - after[i]![j]!));
    };
    const once = build({ criticSteps: 1000 });
    const { advancePowerIteration } = await import('../../src/layers/spectral/spectral_norms.js');
    const before = await weightsOf(once, 'discriminator', /_v$/);
    advancePowerIteration(once.networks.discriminator);
    const after = await weightsOf(once, 'discriminator', /_v$/);
    const byHand = before.map((v, i) => v.map((x, j) => x - after[i]![j]!));
    expect(await moved('step', 1e-3)).toEqual(byHand);
    expect(await moved('call', 1e-3)).not.toEqual(byHand);
  });

  it('leaves batch statistics of the discriminator as they are in a generator step', async () => {
    for (const norm of [layers.batchNormalization({}), batchNormalization()]) {
      const discriminator = sequential({
        layers: [
          layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [...imageShape] }),
          norm,
          layers.flatten(),
          layers.dense({ units: 1 }),
        ],
      });
      const statistics = async () =>
        (await Promise.all(norm.nonTrainableWeights.map((w) => w.read().data()))).map((v) =>
          Float32Array.from(v),
        );
      const start = discriminator.getWeights().map((w) => w.clone());
      const after = async (criticSteps: number) => {
        discriminator.setWeights(start);
        await trainOver(build({ discriminator, criticSteps }), 0, 1);
        return statistics();
      };
      const untouched = await statistics();
      const withoutGenerator = await after(1000);
      expect(withoutGenerator).not.toEqual(untouched);
      expect(await after(1)).toEqual(withoutGenerator);
    }
  });

  it('watches the gradient of each layer', async () => {
    const monitor = new GradientMonitor({ every: 1 });
    const gan = build({ monitor });
    await trainOver(gan, 0, 1);
    const { norms } = (await monitor.read())!;
    expect(Object.keys(norms)).toContain('discriminator/conv1');
    expect(Object.keys(norms)).toContain('generator/project');
    for (const norm of Object.values(norms)) expect(norm).toBeGreaterThan(0);
    monitor.dispose();
  });

  it('generates from the average, or from the weights themselves', async () => {
    const gan = build();
    await trainOver(gan, 0, 3);
    const latents = sampleLatents({ count: 2, size: 5, seed: 8 });
    const own = await gan.generate({ latents, average: false }).data();
    expect(await (gan.networks.generator.predict(latents) as Tensor).data()).toEqual(own);
    expect(await gan.generate({ latents }).data()).not.toEqual(own);
  });

  it('takes a tfjs optimizer', async () => {
    const gan = build({
      optimizers: { generator: train.adam(1e-3), discriminator: train.sgd(0.01) },
    });
    const start = await weightsOf(gan, 'generator', /kernel/);
    await trainOver(gan, 0, 1);
    expect(await weightsOf(gan, 'generator', /kernel/)).not.toEqual(start);
    await gan.restore(await gan.state());
  });

  it('skips the read-back where it is told to, and gives its memory back', async () => {
    const networks = {
      generator: dcganGenerator({ ...small, latentSize: 5 }),
      discriminator: dcganDiscriminator(small),
    };
    const before = memory().numTensors;
    const gan = createGAN({ ...networks, loss: hinge(), ema: {} });
    const real = batch(0);
    expect(await gan.trainStep({ real }, { read: false })).toEqual({});
    expect(real.isDisposed).toBe(false);
    real.dispose();
    gan.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('averages the weights once for each move of an optimizer that accumulates gradients', async () => {
    const gan = build({
      ema: { decay: 0.5 },
      optimizers: { generator: adam({ accumulate: 2 }), discriminator: adam() },
    });
    const [path] = Object.keys(gan.ema!.namedWeights);
    const read = async () => {
      const { variable } = namedWeights(gan.networks.generator).find((one) => one.path === path)!;
      return [await variable.read().data(), await gan.ema!.namedWeights[path!]!.data()];
    };
    await trainOver(gan, 0, 2);
    const [weight, average] = await read();
    await trainOver(gan, 2, 3); // gathers a gradient, and moves nothing
    expect(await read()).toEqual([weight, average]);
    await trainOver(gan, 3, 4);
    const [next, nextAverage] = await read();
    expect(next).not.toEqual(weight);
    for (const [i, value] of nextAverage!.entries())
      expect(value).toBeCloseTo(0.5 * average![i]! + 0.5 * next![i]!, 6);
  });

  it('keeps σ near 1 after normalization: the critic cannot run away', async () => {
    const gan = build({
      optimizers: { generator: adam(), discriminator: adam({ learningRate: 1e-3 }) },
    });
    await trainOver(gan, 0, 10);
    const { layers } = gan.networks.discriminator;
    const normalized = layers.filter((layer) => layer instanceof SpectralNormalization);
    expect(normalized.length).toBeGreaterThan(2);
    for (const layer of normalized) {
      const [kernel] = layer.normalizedWeights();
      expect(largestSingularValue(await kernel!.data(), kernel!.shape.at(-1)!)).toBeCloseTo(1, 1);
    }
    const raw = Object.values(await spectralNorms(gan.networks.discriminator));
    expect(raw.some((sigma) => Math.abs(sigma - 1) > 0.2)).toBe(true);
  });
});

/** By 200 rounds of power iteration on WᵀW, in float64. */
function largestSingularValue(w: ArrayLike<number>, columns: number): number {
  const rows = w.length / columns;
  let v = Array.from({ length: columns }, (_, j) => 1 + (j % 3));
  let sigma = 0;
  for (let round = 0; round < 200; round++) {
    const u = Array.from({ length: rows }, (_, i) =>
      v.reduce((total, value, j) => total + w[i * columns + j]! * value, 0),
    );
    const next = v.map((_, j) =>
      u.reduce((total, value, i) => total + w[i * columns + j]! * value, 0),
    );
    const norm = Math.hypot(...next);
    sigma = Math.sqrt(norm / Math.hypot(...v));
    v = next.map((value) => value / norm);
  }
  return sigma;
}

describe('createGAN refuses', () => {
  beforeAll(() => useBackend(FASTEST));
  const penalty: Penalty = {
    weight: 1,
    every: 1,
    compute: (critic, { real }) => sum<Scalar>(critic(real)),
  };

  it.each<[string, () => unknown, RegExp]>([
    [
      'no generator',
      () => build({ generator: undefined as never }),
      /createGAN: `generator` must be a LayersModel/,
    ],
    [
      'networks that do not fit',
      () => build({ discriminator: dcganDiscriminator({ imageShape: [28, 28, 1], filters: 2 }) }),
      /`discriminator` must be a model whose input fits the generator's output \[,16,16,1\]/,
    ],
    [
      'images in the generator',
      () => build({ generator: dcganDiscriminator(small) }),
      /`generator` must be a model of input \[batch, latentSize\]/,
    ],
    ['no loss', () => build({ loss: 'hinge' as never }), /`loss` must be a pair of losses/],
    [
      'one optimizer for both',
      () => {
        const one = adam();
        return build({ optimizers: { generator: one, discriminator: one } });
      },
      /two optimizers, one for the generator, one for the discriminator/,
    ],
    [
      'no optimizer',
      () => build({ optimizers: { generator: adam() } as never }),
      /`optimizers.discriminator` must be an optimizer/,
    ],
    ['criticSteps 0', () => build({ criticSteps: 0 }), /`criticSteps` must be an integer >= 1/],
    ['a limit of 0', () => build({ clipWeights: 0 }), /`clipWeights` must be a finite number > 0/],
    [
      'a probability of 2',
      () => build({ labelFlip: { probability: 2 } }),
      /`labelFlip.probability`/,
    ],
    ['negative noise', () => build({ instanceNoise: { stddev: -1 } }), /`instanceNoise.stddev`/],
    [
      'growing noise',
      () => build({ instanceNoise: { stddev: 1, decay: 1.1 } }),
      /`instanceNoise.decay`/,
    ],
    ['a decay above 1', () => build({ ema: { decay: 1.5 } }), /`decay`/],
    ['a word', () => build({ powerIteration: 'never' as never }), /one of 'step', 'call'/],
    ['latents', () => build({ latents: 'cauchy' as never }), /one of 'normal', 'uniform'/],
    ['a seed', () => build({ seed: -3 }), /`seed` must be an integer >= 0/],
    ['an option', () => build({ learningRate: 1 } as never), /Received: "learningRate"/],
    [
      'a weight for a penalty',
      () => build({ penalty: 10 as never }),
      /`penalty\[0\]` must be a penalty such as new GradientPenalty\(\)\. Received: 10/,
    ],
    [
      'a penalty that never comes',
      () => build({ penalty: [penalty, { ...penalty, every: 0 }] }),
      /`penalty\[1\].every` must be an integer >= 1/,
    ],
    [
      'a penalty without a weight',
      () => build({ penalty: { ...penalty, weight: undefined as never } }),
      /`penalty\[0\].weight` must be a finite number/,
    ],
    [
      'a penalty on batch norm',
      () => build({ discriminator: dcganDiscriminator(small), penalty }),
      /free of batch normalization/,
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  it('allows a penalty on batch norm where it is asked to', () => {
    expect(() =>
      build({ discriminator: dcganDiscriminator(small), penalty, allowBatchNorm: true }),
    ).not.toThrow();
  });

  it('batches and latents that do not fit', async () => {
    const gan = build();
    await expect(gan.trainStep({ real: zeros([4, 28, 28, 1]) })).rejects.toThrow(
      /GAN.trainStep: `batch.real` must be of shape \[\?,16,16,1\]/,
    );
    await expect(gan.trainStep({} as never)).rejects.toThrow(/`batch.real` must be a tensor/);
    await expect(gan.trainStep({ real: zeros([4, ...imageShape], 'int32') })).rejects.toThrow(
      /dtype float32/,
    );
    expect(() => gan.generate({ latents: zeros([2, 4]) })).toThrow(
      /`latents` must be of shape \[\?,5\]/,
    );
    const plain = createGAN({
      generator: gan.networks.generator,
      discriminator: gan.networks.discriminator,
      loss: hinge(),
    });
    expect(() => plain.generate({ latents: zeros([2, 5]), average: true })).toThrow(
      /`average` must be false/,
    );
  });

  it('a network with nothing to train', async () => {
    const discriminator = dcganDiscriminator({ ...small, normalization: 'none' });
    discriminator.trainable = false;
    for (const layer of discriminator.layers) layer.trainable = false;
    await expect(
      build({ discriminator }).trainStep({ real: zeros([2, ...imageShape]) }),
    ).rejects.toThrow(/`discriminator` must be a model with trainable weights/);
  });
});
