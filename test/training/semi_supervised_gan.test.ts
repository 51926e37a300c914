import { add, argMax, memory, tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { gaussianNoise } from '../../src/layers/gaussian_noise.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { weightNormalization } from '../../src/layers/reparametrization/weight_normalization.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { leastSquares } from '../../src/losses/least_squares.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { createSemiSupervisedGAN } from '../../src/training/systems/semi_supervised_gan.js';
import type { SemiSupervisedGAN } from '../../src/training/systems/semi_supervised_gan.js';
import type {
  SemiSupervisedBatch,
  SemiSupervisedGANOptions,
} from '../../src/training/systems/semi_supervised_options.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { describeSystem } from './system_contract.js';

type AnyGAN = SemiSupervisedGAN<Optimizer, Optimizer>;

function networks() {
  const generator = sequential({
    layers: [
      layers.dense({ inputShape: [3], units: 4, useBias: false, name: 'in' }),
      batchNormalization({ scale: false, name: 'norm' }),
      layers.activation({ activation: 'softplus', name: 'act' }),
      layers.dense({ units: 2, name: 'out' }),
    ],
  });
  const discriminator = sequential({
    layers: [
      gaussianNoise({ stddev: 0.3, seed: 1, inputShape: [2], name: 'noise0' }),
      weightNormalization({ layer: layers.dense({ units: 5, name: 'hidden' }), lengths: 'fixed' }),
      layers.activation({ activation: 'relu', name: 'features' }),
      gaussianNoise({ stddev: 0.5, seed: 2, name: 'noise1' }),
      weightNormalization({ layer: layers.dense({ units: 3, name: 'classes' }) }),
    ],
  });
  initializeWeights(generator, { stddev: 0.7, seed: 3 });
  initializeWeights(discriminator, { stddev: 0.7, seed: 4 });
  return { generator, discriminator };
}

const made = (options: Partial<SemiSupervisedGANOptions> = {}) =>
  createSemiSupervisedGAN({ ...networks(), ...options });

const batch = (k: number): SemiSupervisedBatch => {
  const stream = new RandomStream(50).seek(3 * k);
  return {
    labelled: stream.normal([3, 2]),
    labels: tensor([k % 3, 1, 2], [3, 1]),
    unlabelled: stream.normal([4, 2]),
    matched: stream.normal([5, 2]),
  };
};

describeSystem<SemiSupervisedBatch, AnyGAN>('SemiSupervisedGAN', {
  name: 'SemiSupervisedGAN',
  make: (seed) => made({ featureMatching: { layer: 'features', adversarial: 0.1 }, seed }),
  batch,
  calls: [
    (gan) => gan.classify({ samples: zeros([1, 2]) }),
    (gan) => gan.generate({ latents: zeros([1, 3]) }),
  ],
});

describe.each(BACKENDS)('a semi-supervised GAN on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('classifies by its average, without noise', async () => {
    const gan = made({ ema: { decay: 0.5, warmUp: false } });
    for (let k = 0; k < 2; k++) await gan.trainStep(batch(k));
    const samples = new RandomStream(1).normal([6, 2]);
    const { numTensors } = memory();
    const logits = gan.classify({ samples });
    const own = gan.classify({ samples, average: false });
    expect(memory().numTensors).toBe(numTensors + 2);
    expect(logits.shape).toEqual([6, 3]);
    const { discriminator } = gan.networks;
    const expected = functionalCall(discriminator, gan.ema!.namedWeights, samples);
    expect(await logits.data()).toEqual(await expected.data());
    expect(await own.data()).toEqual(await (discriminator.predict(samples) as Tensor).data());
    expect(await own.data()).not.toEqual(await logits.data());
    gan.dispose();
  });

  it('learns the classes of three clusters from a label each', async () => {
    const gan = made({
      optimizers: {
        generator: adam({ learningRate: 1e-2 }),
        discriminator: adam({ learningRate: 3e-2 }),
      },
      featureMatching: { layer: 'features' },
      ema: { decay: 0.9 },
    });
    const centers = [
      [2, 0],
      [-1, 1.7],
      [-1, -1.7],
    ];
    const stream = new RandomStream(9);
    const around = () =>
      add(tensor2d([...centers, ...centers, ...centers]), stream.normal([9, 2], 0, 0.3));
    const labelled = tensor2d(centers);
    const labels = tensor2d([[0], [1], [2]]);
    for (let k = 0; k < 60; k++) await gan.trainStep({ labelled, labels, unlabelled: around() });
    const found = await argMax(gan.classify({ samples: around() }), 1).data();
    expect([...found]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
    gan.dispose();
  });

  it('takes labels as rows, matches the unlabelled by default, and averages moves only', async () => {
    const accumulating = () =>
      made({
        optimizers: { generator: adam(), discriminator: adam({ accumulate: 2 }) },
        featureMatching: {},
      });
    const { labelled, labels, unlabelled } = batch(1);
    const rows = tensor2d([
      [0, 1, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    const [one, two] = [accumulating(), accumulating()];
    const numbered = await one.trainStep({ labelled, labels, unlabelled });
    expect(one.ema!.updates).toBe(0);
    expect(
      await two.trainStep({ labelled, labels: rows, unlabelled, matched: unlabelled }),
    ).toEqual(numbered);
    expect(Object.keys(numbered)).toEqual(['labelled', 'unlabelled', 'featureMatching']);
    await one.trainStep({ labelled, labels, unlabelled });
    expect(one.ema!.updates).toBe(1);
    const adversarial = made({ featureMatching: false, loss: leastSquares(), ema: false });
    expect(Object.keys(await adversarial.trainStep({ labelled, labels, unlabelled }))).toEqual([
      'labelled',
      'unlabelled',
      'generator',
    ]);
    expect(adversarial.ema).toBeUndefined();
    expect(() => adversarial.classify({ samples: labelled, average: true })).toThrow(
      'SemiSupervisedGAN.classify: `average` must be false without an average',
    );
  });
});

describe('createSemiSupervisedGAN', () => {
  beforeAll(() => useBackend('cpu'));

  const dense = (inputs: number, units: number, activation: 'linear' | 'softmax' = 'linear') =>
    sequential({ layers: [layers.dense({ inputShape: [inputs], units, activation })] });

  it.each<[() => object, RegExp]>([
    [() => ({ discriminator: dense(2, 1) }), /`discriminator` must be a model of class logits/],
    [() => ({ discriminator: dense(3, 3) }), /`discriminator` must be a model of samples \[,2\]/],
    [() => ({ discriminator: dense(2, 3, 'softmax') }), /must be a model that ends in logits/],
    [() => ({ featureMatching: { layer: 'deep' } }), /`featureMatching.layer` must be the name/],
    [() => ({ featureMatching: true }), /`featureMatching` must be an object/],
    [() => ({ unlabelledWeight: -1 }), /`unlabelledWeight` must be .*>= 0/],
    [() => ({ ema: { decay: 1 } }), /`ema.decay` must be .*< 1/],
  ])('refuses %s', (options, message) => {
    expect(() => made(options())).toThrow(message);
  });

  it('refuses a batch that does not fit', async () => {
    const gan = made();
    const fit = batch(0);
    for (const [changed, message] of [
      [{ labels: zeros([2, 1]) }, '`batch.labels` must be of shape [3,1] or [3,3]'],
      [{ labels: zeros([3, 2]) }, '`batch.labels` must be of shape [3,1] or [3,3]'],
      [{ labelled: zeros([3, 3]) }, '`batch.labelled` must be of shape [?,2]'],
      [{ unlabelled: zeros([2, 1]) }, '`batch.unlabelled` must be of shape [?,2]'],
      [{ matched: zeros([2, 1]) }, '`batch.matched` must be of shape [?,2]'],
      [{ real: zeros([2, 2]) }, '`batch` must be an object with the keys labelled, labels'],
    ] as const)
      await expect(gan.trainStep({ ...fit, ...changed })).rejects.toThrow(message);
  });
});
