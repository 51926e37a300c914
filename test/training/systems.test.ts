import { oneHot, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { RandomStream } from '../../src/internal/random.js';
import { conv2d } from '../../src/layers/conv2d.js';
import { dropout } from '../../src/layers/dropout.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { hinge } from '../../src/losses/hinge.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { relativisticAverage } from '../../src/losses/relativistic_average.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { progressiveDiscriminator } from '../../src/models/progressive_discriminator.js';
import { progressiveGenerator } from '../../src/models/progressive_generator.js';
import { dragan } from '../../src/penalties/dragan.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { r1 } from '../../src/penalties/r1.js';
import { labelDistribution } from '../../src/training/core/condition_distribution.js';
import { GradientMonitor } from '../../src/training/gradient_monitor.js';
import { rmsprop } from '../../src/training/optimizers/rmsprop.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { createBEGAN } from '../../src/training/systems/began.js';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GAN, GANBatch } from '../../src/training/systems/gan_members.js';
import { createPix2Pix } from '../../src/training/systems/pix2pix.js';
import { createProgressiveGAN } from '../../src/training/systems/progressive_gan.js';
import { describeSystem } from './system_contract.js';
import { critic, images, translator } from './translation_systems.js';
import type { Shape } from './translation_systems.js';

const LATENT = 2;
const SIZE = 3;
const CLASSES = 3;

const seeded = (network: LayersModel, seed: number) => {
  initializeWeights(network, { stddev: 0.5, seed });
  return network;
};

const dense = (units: number, name: string, inputs?: number) =>
  layers.dense({ units, name, ...(inputs !== undefined && { inputShape: [inputs] }) });
const tanh = (name: string) => layers.activation({ activation: 'tanh', name });

/** A generator with running statistics, ours or tfjs's. */
const generator = (normalization: layers.Layer) =>
  seeded(
    sequential({
      layers: [dense(4, 'in', LATENT), normalization, tanh('act'), dense(SIZE, 'out')],
    }),
    1,
  );

/** A discriminator with singular vectors and masks. */
const discriminator = () =>
  seeded(
    sequential({
      layers: [
        spectralNormalization({ layer: dense(5, 'in', SIZE), seed: 6 }),
        tanh('act'),
        dropout({ rate: 0.3, seed: 7, name: 'drop' }),
        dense(1, 'out'),
      ],
    }),
    2,
  );

const samples = (k: number): Tensor => new RandomStream(50).seek(k).uniform([4, SIZE], -1, 1);

type AnyGAN = GAN<Tensor, Optimizer, Optimizer>;
const generate = (gan: AnyGAN) =>
  gan.generate({ latents: new RandomStream(1).normal([1, LATENT]) });

describeSystem<GANBatch, AnyGAN>('a GAN with all that has a state', {
  name: 'GAN',
  make: (seed) =>
    createGAN({
      generator: generator(batchNormalization({ name: 'norm' })),
      discriminator: discriminator(),
      loss: hinge(),
      penalty: [new GradientPenalty({ seed }), dragan({ seed: seed + 1, every: 2 })],
      criticSteps: 2,
      clipWeights: 2,
      ema: { decay: 0.9, warmUp: true },
      labelFlip: { probability: 0.3 },
      instanceNoise: { stddev: 0.1, decay: 0.9 },
      latents: 'uniform',
      monitor: new GradientMonitor({ every: 2 }),
      seed,
    }),
  batch: (k) => ({ real: samples(k) }),
  calls: [generate],
  inFullOnGPU: true,
  release: ({ monitor }) => monitor!.dispose(),
});

describeSystem<GANBatch, AnyGAN>(
  "a relativistic GAN of tfjs's layers, σ at each call, other optimizers",
  {
    name: 'GAN',
    make: (seed) =>
      createGAN({
        generator: generator(layers.batchNormalization({ name: 'norm' })),
        discriminator: discriminator(),
        loss: relativisticAverage(),
        optimizers: {
          generator: sgd({ learningRate: 0.05, momentum: 0.9, accumulate: 2 }),
          discriminator: rmsprop({ learningRate: 1e-3, clipNorm: 1 }),
        },
        powerIteration: 'call',
        seed,
      }),
    batch: (k) => ({ real: samples(k) }),
    calls: [generate],
  },
);

/** A network of samples and labels. */
function conditional(inputs: number, outputs: number, seed: number): LayersModel {
  const x = input({ shape: [inputs] });
  const label = input({ shape: [CLASSES] });
  const joined = layers.concatenate({ name: 'join' }).apply([x, label]);
  const hidden = tanh('act').apply(dense(4, 'in').apply(joined));
  const y = dense(outputs, 'out').apply(hidden) as ReturnType<typeof input>;
  return seeded(model({ inputs: [x, label], outputs: y }), seed);
}

const labels = (k: number): Tensor =>
  tidy(() => oneHot(tensor1d([0, 1, 2, k % CLASSES], 'int32'), CLASSES, 1, 0, 'float32'));

describeSystem<GANBatch, AnyGAN>('a conditional GAN', {
  name: 'GAN',
  make: (seed) =>
    createGAN({
      generator: conditional(LATENT, SIZE, 1),
      discriminator: conditional(SIZE, 1, 2),
      loss: nonSaturating(),
      penalty: r1(),
      fakeCondition: labelDistribution({
        classes: CLASSES,
        weights: [1, 2, 3],
        encoding: 'oneHot',
      }),
      ema: { decay: 0.9 },
      seed,
    }),
  batch: (k) => ({ real: samples(k), condition: [labels(k)] }),
  calls: [
    (gan) => {
      const latents = new RandomStream(1).normal([4, LATENT]);
      gan.generate({ latents, condition: labels(0) });
    },
  ],
});

const A: Shape = [4, 4, 1];
const B: Shape = [4, 4, 2];
const pair = (k: number) => ({ a: images(10, k, A), b: images(11, k, B) });

describeSystem('BEGAN', {
  name: 'BEGAN',
  make: (seed) =>
    createBEGAN({
      generator: generator(batchNormalization({ name: 'norm' })),
      discriminator: seeded(
        sequential({ layers: [dense(2, 'encode', SIZE), tanh('act'), dense(SIZE, 'decode')] }),
        2,
      ),
      lambdaK: 0.1,
      seed,
    }),
  batch: (k) => ({ real: samples(k) }),
  calls: [(began) => began.generate({ latents: new RandomStream(1).normal([1, LATENT]) })],
});

/** The options of growing networks of 8×8 pixels. */
const growing = { imageShape: [8, 8, 1], baseChannels: 8, maxChannels: 3 } as const;
const growingNetworks = () => ({
  generator: progressiveGenerator({ ...growing, latentSize: LATENT, seed: 1 }),
  discriminator: progressiveDiscriminator({ ...growing, seed: 2 }),
});
const squares = (k: number) => ({ real: images(12, k, [8, 8, 1], 4) });

describeSystem('a Progressive GAN that grows in its second step and has grown in its third', {
  name: 'ProgressiveGAN',
  make: (seed) =>
    createProgressiveGAN({ ...growingNetworks(), stableImages: 6, fadeImages: 4, seed }),
  batch: squares,
  calls: [
    (gan) => gan.grow(),
    (gan) => gan.generate({ latents: new RandomStream(1).normal([1, LATENT]) }),
  ],
});

describeSystem('a Progressive GAN in a long fade that forgets no moments', {
  name: 'ProgressiveGAN',
  make: (seed) =>
    createProgressiveGAN({
      ...growingNetworks(),
      ...{ stableImages: 6, fadeImages: 300, target: 5, criticSteps: 2 },
      ...{ resetOptimizers: 'never', ema: false, latents: 'uniform', seed },
    }),
  batch: squares,
});

describeSystem('CycleGAN', {
  name: 'CycleGAN',
  make: (seed) =>
    createCycleGAN({
      generators: { ab: translator(A, B[2], 1, 0.3), ba: translator(B, A[2], 2) },
      discriminators: { a: critic(A, 3, true), b: critic(B, 4) },
      loss: wasserstein(),
      penalties: {
        a: new GradientPenalty({ seed: 2 * seed }),
        b: new GradientPenalty({ seed: 2 * seed + 1, every: 2 }),
      },
      criticSteps: 2,
      poolSize: 3,
      seed,
    }),
  batch: pair,
  calls: [(cycle) => cycle.translate({ a: images(1, 0, A) })],
});

describeSystem('Pix2Pix', {
  name: 'Pix2Pix',
  make: (seed) =>
    createPix2Pix({
      generator: seeded(
        sequential({
          layers: [
            conv2d({ filters: 3, kernelSize: 3, padding: 1, inputShape: [...A], name: 'in' }),
            batchNormalization({ name: 'norm' }),
            dropout({ rate: 0.5, seed, name: 'drop' }),
            conv2d({ filters: B[2], kernelSize: 3, padding: 1, name: 'out' }),
          ],
        }),
        1,
      ),
      discriminator: critic([4, 4, 3], 3, true),
      poolSize: 3,
      seed,
    }),
  batch: pair,
  calls: [(pix2pix) => pix2pix.translate({ a: images(1, 0, A), mode: 'inference' })],
});
