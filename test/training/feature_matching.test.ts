import { grad, memory, randomNormal, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { dropout } from '../../src/layers/dropout.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { hinge } from '../../src/losses/hinge.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { featureDistance } from '../../src/training/step/feature_distance.js';
import { FeatureMatching } from '../../src/training/step/feature_matching.js';
import type { FeatureMatchingOptions } from '../../src/training/step/feature_matching.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GANOptions } from '../../src/training/systems/gan_options.js';
import type { GAN, GANBatch } from '../../src/training/systems/gan_members.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectGradients, gradientProjection } from '../helpers/numeric_gradient.js';
import { describeSystem } from './system_contract.js';

const dense = (units: number, name: string) => layers.dense({ units, name });
const through = (x: SymbolicTensor, ...all: layers.Layer[]) =>
  all.reduce((y, layer) => layer.apply(y) as SymbolicTensor, x);

function seeded(network: LayersModel, seed: number): LayersModel {
  initializeWeights(network, { stddev: 0.7, seed });
  return network;
}

const generator = () => {
  const [z, c] = [input({ shape: [3] }), input({ shape: [2] })];
  const both = layers.concatenate({ name: 'both' }).apply([z, c]) as SymbolicTensor;
  return seeded(model({ inputs: [z, c], outputs: through(both, dense(2, 'out')) }), 1);
};

/** A discriminator with running statistics and masks below its features, whose condition comes after them. */
function discriminator(): LayersModel {
  const [x, c] = [input({ shape: [2] }), input({ shape: [2] })];
  const mask = dropout({ rate: 0.3, seed: 5, name: 'mask' });
  const norm = batchNormalization({ name: 'norm' });
  const tanh = layers.activation({ activation: 'tanh', name: 'features' });
  const h = through(x, dense(5, 'in'), norm, mask, tanh);
  const both = layers.concatenate({ name: 'both' }).apply([h, c]) as SymbolicTensor;
  return seeded(model({ inputs: [x, c], outputs: through(both, dense(1, 'out')) }), 2);
}

const made = (options: Partial<GANOptions> = {}) =>
  createGAN({
    generator: generator(),
    discriminator: discriminator(),
    loss: hinge(),
    featureMatching: { layer: 'features' },
    ...options,
  });

const batch = (k: number): GANBatch => ({
  real: new RandomStream(50).seek(k).normal([4, 2]),
  condition: tensor2d([1, 0, 0, 1, 1, 0, 0, 1], [4, 2]),
});

describeSystem<GANBatch, GAN<Tensor, Optimizer, Optimizer>>('a GAN that matches features', {
  name: 'GAN',
  make: (seed) =>
    made({
      featureMatching: { layer: 'features', adversarial: 0.5 },
      instanceNoise: { stddev: 0.1 },
      seed,
    }),
  batch,
});

describe.each(BACKENDS)('feature matching on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('is the mean over units of the squared or absolute difference of mean features', async () => {
    const real = tensor2d([1, 2, 3, 4], [2, 2]); // means 2, 3
    const fake = tensor2d([0, 4, 1, 4, 5, 7], [3, 2]); // means 2, 5
    const of = async (distance: 'squared' | 'absolute') =>
      (await featureDistance(real, fake, distance).data())[0]!;
    expect(await of('squared')).toBeCloseTo((0 + 4) / 2, 6);
    expect(await of('absolute')).toBeCloseTo((0 + 2) / 2, 6);
    const slope = tidy(() => grad((x) => featureDistance(real, x, 'absolute'))(fake));
    // 0 where the means agree, else 1 / (units · batch)
    expect(await slope.data()).toBeAllclose([0, 1 / 6, 0, 1 / 6, 0, 1 / 6]);
  });

  it('is right to second order through a discriminator, in generated samples', async () => {
    enableSecondOrderGradients();
    const network = sequential({
      layers: [
        layers.dense({ inputShape: [2], units: 3, activation: 'tanh', name: 'features' }),
        dense(1, 'out'),
      ],
    });
    seeded(network, 4);
    const options = { layer: 'features', distance: 'squared', weight: 2, adversarial: 0 } as const;
    const matching = new FeatureMatching('here', network, options);
    const real = { x: new RandomStream(1).normal([4, 2]), condition: [] };
    const f = (x: Tensor) => matching.of(real, { x, condition: [] }).term;
    const inputs = [new RandomStream(2).normal([3, 2])];
    await expectGradients(f, inputs, { rtol: 2e-3 });
    await expectGradients(gradientProjection(f), inputs, { step: 3e-3, rtol: 5e-3 });
  });

  it('moves the generator alone, and neither running statistics nor singular vectors', async () => {
    const gan = made();
    const read = () =>
      Promise.all(
        gan.networks.discriminator.weights.map(async (one) => [...(await one.read().data())]),
      );
    const of = { ...batch(0) } as { real: Tensor; condition: Tensor };
    const { discriminator } = gan.networks;
    const options = { layer: 'features', distance: 'squared', weight: 1, adversarial: 1 } as const;
    const matching = new FeatureMatching('here', discriminator, options);
    const sample = { x: of.real, condition: [of.condition] };
    const before = await read();
    const told = tidy(() =>
      [0, 1].flatMap(() => {
        const { term, outputs } = matching.of(sample, sample);
        return [term, ...outputs];
      }),
    );
    expect(await read()).toEqual(before);
    expect(told.map(({ shape }) => shape)).toEqual([[], [4, 1], [], [4, 1]]);
    // new masks at each call, for equal samples too
    const values = await Promise.all(told.map(async (one) => [...(await one.data())]));
    expect(values[0]![0]).toBeGreaterThan(0);
    expect(values[2]).not.toEqual(values[0]);
  });

  it('replaces the adversarial loss, or joins it', async () => {
    const keys = async (featureMatching: FeatureMatchingOptions) =>
      Object.keys(await made({ featureMatching }).trainStep(batch(0)));
    expect(await keys({ layer: 'features' })).toEqual(['discriminator', 'featureMatching']);
    expect(await keys({ layer: 'in', adversarial: 0.1 })).toEqual([
      'discriminator',
      'featureMatching',
      'generator',
    ]);
  });
});

describe('createGAN', () => {
  beforeAll(() => useBackend('cpu'));

  it.each([
    [{}, /createGAN: `featureMatching.layer` must be a string/],
    [
      { layer: 'deep' },
      /`featureMatching.layer` must be the name of a layer .*norm, mask, features/,
    ],
    [{ layer: 'in', weight: -1 }, /`featureMatching.weight` must be .*>= 0/],
    [{ layer: 'in', adversarial: NaN }, /`featureMatching.adversarial` must be .*>= 0/],
    [
      { layer: 'in', distance: 'l2' },
      /`featureMatching.distance` must be one of 'squared', 'absolute'/,
    ],
  ])('refuses featureMatching: %j', (featureMatching, message) => {
    expect(() => made({ featureMatching: featureMatching as never })).toThrow(message);
  });

  it('finds a layer that other models hold, too, and holds no tensor for it', () => {
    const network = discriminator();
    const features = network.getLayer('features');
    features.apply(input({ shape: [5] }));
    const { numTensors } = memory();
    const options = { layer: 'features', distance: 'squared', weight: 1, adversarial: 1 } as const;
    const matching = new FeatureMatching('here', network, options);
    expect(memory().numTensors).toBe(numTensors);
    const x = { x: randomNormal([2, 2]), condition: [tensor2d([0, 1, 1, 0], [2, 2])] };
    expect(tidy(() => matching.of(x, x).term).shape).toEqual([]);
  });
});
