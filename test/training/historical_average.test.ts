import { memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { withReplacedWeights } from '../../src/layers/weights/replaced_weights.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { HistoricalAverage } from '../../src/training/step/historical_average.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GANOptions } from '../../src/training/systems/gan_options.js';
import type { GAN, GANBatch } from '../../src/training/systems/gan_members.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectGradients, gradientProjection } from '../helpers/numeric_gradient.js';
import { describeSystem } from './system_contract.js';

function network(inputs: number, outputs: number, seed: number) {
  const model = sequential({
    layers: [
      layers.dense({ inputShape: [inputs], units: 4, name: 'hidden' }),
      batchNormalization({ name: 'norm' }),
      layers.activation({ activation: 'tanh', name: 'act' }),
      layers.dense({ units: outputs, name: 'out' }),
    ],
  });
  initializeWeights(model, { stddev: 0.7, seed });
  return model;
}

const made = (options: Partial<GANOptions> = {}) =>
  createGAN({
    generator: network(3, 2, 1),
    discriminator: network(2, 1, 2),
    loss: nonSaturating(),
    historicalAveraging: { generator: 0.1, discriminator: 0.2 },
    ...options,
  });
const batch = (k: number): GANBatch => ({ real: new RandomStream(k + 20).normal([4, 2]) });

describeSystem<GANBatch, GAN<Tensor, Optimizer, Optimizer>>('a GAN with historical averages', {
  name: 'GAN',
  make: (seed) =>
    made({
      optimizers: { generator: adam({ accumulate: 2 }), discriminator: adam() },
      seed,
    }),
  batch,
});

describe.each(BACKENDS)('historical averaging on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('is λ ‖θ − a‖² over the trained weights, a the mean of those before; right to second order', async () => {
    enableSecondOrderGradients();
    const model = sequential({
      layers: [layers.dense({ inputShape: [1], units: 2, useBias: false })],
    });
    const average = new HistoricalAverage(model, 0.5);
    const weights = [
      [1, -2],
      [3, 1],
      [2, 4],
    ];
    const [variable] = model.weights;
    const term = (theta: Tensor) =>
      tidy(() => withReplacedWeights([[variable!, theta]], () => average.terms[0]!()));
    const { numTensors } = memory();
    expect(average.terms).toEqual([]);
    for (const [t, theta] of weights.entries()) {
      const past = weights.slice(0, t);
      const mean = [0, 1].map((i) => past.reduce((sum, one) => sum + one[i]!, 0) / t);
      const now = tensor2d([theta]);
      if (t > 0) {
        const distance = theta.reduce((sum, value, i) => sum + (value - mean[i]!) ** 2, 0);
        const value = term(now);
        expect(await value.data()).toBeAllclose([0.5 * distance], { rtol: 1e-6 });
        value.dispose();
      }
      average.take([now]);
      now.dispose();
    }
    expect(memory().numTensors).toBe(numTensors);
    const theta = [tensor2d([[0.5, -1]])];
    await expectGradients(term, theta, { rtol: 2e-3 });
    await expectGradients(gradientProjection(term), theta, { step: 3e-3, rtol: 5e-3 });
    average.dispose();
  });

  it('averages what an optimizer leaves, and nothing twice when it accumulates', async () => {
    const gan = made({
      optimizers: { generator: adam({ accumulate: 2 }), discriminator: adam() },
    });
    const read = async () => [...(await gan.networks.generator.getWeights()[0]!.data())];
    const past: number[][] = [];
    const told: string[][] = [];
    for (let k = 0; k < 6; k++) {
      if (k % 2 === 0) past.push(await read()); // it moves at odd calls
      told.push(Object.keys(await gan.trainStep(batch(k))));
    }
    const { values, arrays } = await gan.state();
    expect(values['average/generator/updates']).toBe(3);
    expect(values['average/discriminator/updates']).toBe(6);
    const mean = past[0]!.map((_, i) => past.reduce((sum, one) => sum + one[i]!, 0) / 3);
    expect(arrays['average/generator/hidden/kernel']!.data).toBeAllclose(mean, { rtol: 1e-5 });
    // running statistics have no history
    expect(Object.keys(arrays).filter((key) => key.startsWith('average/generator'))).toHaveLength(
      6,
    );
    expect(told.map((names) => names.includes('generatorAveraging'))).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
    expect(told[1]).toEqual(['discriminator', 'discriminatorAveraging', 'generator']);
    gan.dispose();
  });

  it('is left out where its weight is 0', async () => {
    const gan = made({ historicalAveraging: { discriminator: 0.2 } });
    await gan.trainStep(batch(0));
    expect(Object.keys(await gan.trainStep(batch(1)))).toEqual([
      'discriminator',
      'discriminatorAveraging',
      'generator',
    ]);
    expect(Object.keys((await gan.state()).values).join(' ')).not.toContain('average/generator');
    gan.dispose();
  });
});

describe('createGAN', () => {
  beforeAll(() => useBackend('cpu'));

  it.each([
    [{ generator: -1 }, /createGAN: `historicalAveraging.generator` must be .*>= 0/],
    [{ critic: 1 }, /`historicalAveraging` must be .*generator, discriminator/],
  ])('refuses historicalAveraging: %j', (historicalAveraging, message) => {
    expect(() => made({ historicalAveraging: historicalAveraging as object })).toThrow(message);
  });
});
