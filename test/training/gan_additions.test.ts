import { tensor } from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { RandomStream } from '../../src/internal/random.js';
import { dropout } from '../../src/layers/dropout.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { hinge } from '../../src/losses/hinge.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { r1 } from '../../src/penalties/r1.js';
import { diffAugment } from '../../src/training/augmentation/diff_augment.js';
import { labelDistribution } from '../../src/training/core/condition_distribution.js';
import { GradientMonitor } from '../../src/training/gradient_monitor.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GAN, GANBatch } from '../../src/training/systems/gan_members.js';
import { describeSystem } from './system_contract.js';

type AnyGAN = GAN<Tensor, Optimizer, Optimizer>;

const LATENT = 2;
const IMAGE: [number, number, number] = [4, 5, 2];

const through = (x: SymbolicTensor, ...all: layers.Layer[]) =>
  all.reduce((y, layer) => layer.apply(y) as SymbolicTensor, x);
const dense = (units: number, name: string) => layers.dense({ units, name });
const tanh = (name: string) => layers.activation({ activation: 'tanh', name });

function seeded(network: LayersModel, seed: number): LayersModel {
  initializeWeights(network, { stddev: 0.5, seed });
  return network;
}

/** A generator of images, with running statistics. */
function generator(): LayersModel {
  const z = input({ shape: [LATENT] });
  const hidden = through(z, dense(4, 'in'), batchNormalization({ name: 'norm' }), tanh('act'));
  const shape = layers.reshape({ targetShape: IMAGE, name: 'shape' });
  return seeded(model({ inputs: z, outputs: through(hidden, dense(40, 'out'), shape) }), 1);
}

function discriminator(packing = 1): LayersModel {
  const [height, width, channels] = IMAGE;
  const x = input({ shape: [height, width, packing * channels] });
  const hidden = through(x, layers.flatten({ name: 'flat' }), dense(5, 'in'), tanh('act'));
  return seeded(model({ inputs: x, outputs: through(hidden, dense(1, 'out')) }), 2);
}

const images = (k: number): Tensor => new RandomStream(50).seek(k).uniform([4, ...IMAGE], -1, 1);

describeSystem<GANBatch, AnyGAN>('a GAN of augmented images', {
  name: 'GAN',
  make: (seed) =>
    createGAN({
      generator: generator(),
      discriminator: discriminator(),
      loss: hinge(),
      augment: diffAugment(),
      penalty: r1(),
      instanceNoise: { stddev: 0.1 },
      seed,
    }),
  batch: (k) => ({ real: images(k) }),
});

describeSystem<GANBatch, AnyGAN>('a GAN of packs, with all that has a state', {
  name: 'GAN',
  make: (seed) =>
    createGAN({
      generator: generator(),
      discriminator: discriminator(2),
      loss: nonSaturating(),
      packing: 2,
      augment: diffAugment({ policy: ['translation'] }),
      penalty: new GradientPenalty({ seed }),
      criticSteps: 2,
      ema: { decay: 0.9 },
      labelFlip: { probability: 0.3 },
      instanceNoise: { stddev: 0.1, decay: 0.9 },
      monitor: new GradientMonitor({ every: 2 }),
      seed,
    }),
  batch: (k) => ({ real: images(k) }),
  release: ({ monitor }) => monitor!.dispose(),
});

describeSystem<GANBatch, AnyGAN>('a GAN with LeCam regularization', {
  name: 'GAN',
  make: (seed) =>
    createGAN({
      generator: generator(),
      discriminator: discriminator(),
      loss: hinge(),
      leCam: { start: 1, decay: 0.8 },
      labelFlip: { probability: 0.3 },
      ema: {},
      seed,
    }),
  batch: (k) => ({ real: images(k) }),
});

describeSystem<GANBatch, AnyGAN>('a GAN of optimized latent vectors', {
  name: 'GAN',
  make: (seed) =>
    createGAN({
      generator: generator(),
      discriminator: discriminator(2),
      loss: hinge(),
      latentOptimization: { steps: 2, damping: 0.5, regularizer: 1 },
      latents: 'uniform',
      packing: 2,
      penalty: r1(),
      instanceNoise: { stddev: 0.1 },
      ema: { decay: 0.9 },
      seed,
    }),
  batch: (k) => ({ real: images(k) }),
});

/** A generator of points of a class. */
function ofClass(): LayersModel {
  const [z, y] = [input({ shape: [LATENT] }), input({ shape: [1] })];
  const embedding = layers.embedding({ inputDim: 3, outputDim: 2, name: 'label' });
  const row = through(y, embedding, layers.flatten({ name: 'flat' }));
  const both = layers.concatenate({ name: 'both' }).apply([z, row]) as SymbolicTensor;
  return seeded(model({ inputs: [z, y], outputs: through(both, dense(3, 'out')) }), 1);
}

/** A discriminator of a score and class logits. */
function withClasses(): LayersModel {
  const x = input({ shape: [3] });
  const hidden = through(x, dense(5, 'in'), tanh('act'), dropout({ rate: 0.3, seed: 7 }));
  const outputs = [dense(1, 'score'), dense(3, 'class')].map((head) => through(hidden, head));
  return seeded(model({ inputs: x, outputs }), 2);
}

describeSystem<GANBatch, AnyGAN>('AC-GAN', {
  name: 'GAN',
  make: (seed) =>
    createGAN({
      generator: ofClass(),
      discriminator: withClasses(),
      loss: hinge(),
      classifier: { discriminator: { real: 1, fake: 0.5 }, generator: 0.1 },
      fakeCondition: labelDistribution({ classes: 3 }),
      penalty: r1(),
      labelFlip: { probability: 0.3 },
      instanceNoise: { stddev: 0.1 },
      seed,
    }),
  batch: (k) => ({
    real: new RandomStream(50).seek(k).uniform([4, 3], -1, 1),
    condition: tensor([k % 3, 0, 1, 2], [4, 1]),
  }),
});

/** A discriminator of points that is told their class. */
function toldTheClass(): LayersModel {
  const [x, y] = [input({ shape: [3] }), input({ shape: [1] })];
  const both = layers.concatenate({ name: 'both' }).apply([x, y]) as SymbolicTensor;
  return seeded(
    model({ inputs: [x, y], outputs: through(both, dense(4, 'in'), dense(1, 'out')) }),
    2,
  );
}

describeSystem<GANBatch, AnyGAN>(
  'a conditional GAN that shows older samples, by older generators',
  {
    name: 'GAN',
    make: (seed) =>
      createGAN({
        generator: ofClass(),
        discriminator: toldTheClass(),
        loss: hinge(),
        replayBuffer: { size: 5, share: 0.7 },
        generatorHistory: { size: 2, every: 1, share: 0.5 },
        penalty: r1(),
        seed,
      }),
    batch: (k) => ({
      real: new RandomStream(50).seek(k).uniform([4, 3], -1, 1),
      condition: tensor([k % 3, 0, 1, 2], [4, 1]),
    }),
  },
);
