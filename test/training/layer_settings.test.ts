import { norm, tensor2d } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { constraints, layers, regularizers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { hinge } from '../../src/losses/hinge.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { pixelDiscriminator } from '../../src/models/pixel_discriminator.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { createPix2Pix } from '../../src/training/systems/pix2pix.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';

type Dense = Partial<Parameters<typeof layers.dense>[0]>;

const network = (units: number, seed: number, args: Dense = {}) => {
  const model = sequential({
    layers: [
      layers.dense({ units: 3, inputShape: [2], name: 'first', ...args }),
      layers.dense({ units, name: 'last' }),
    ],
  });
  initializeWeights(model, { stddev: 0.5, seed });
  return model;
};

/** A GAN after a step, whose discriminator's first layer has settings of its own. */
async function trained(args: Dense) {
  const optimizers = {
    generator: sgd({ learningRate: 0.1 }),
    discriminator: sgd({ learningRate: 0.1 }),
  };
  const discriminator = network(1, 2, args);
  const before = await discriminator.getWeights()[0]!.data();
  const gan = createGAN({
    ...{ generator: network(2, 1), discriminator, loss: wasserstein(), optimizers },
  });
  await gan.trainStep({ real: tensor2d([1, -2, 0.5, 3], [2, 2]) });
  return { kernel: discriminator.getWeights()[0]!, before };
}

describe.each(BACKENDS)('settings of layers in training on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('constraints hold after each step', async () => {
    const unit = await trained({ kernelConstraint: constraints.unitNorm({ axis: 0 }) });
    const norms = norm(unit.kernel, 2, 0) as Tensor1D;
    // tfjs divides by ε + |w|, with an ε of 1e-4 on webgl
    expect(await norms.data()).toBeAllclose(Float32Array.of(1, 1, 1), { rtol: 2e-3 });
    const positive = await trained({ kernelConstraint: constraints.nonNeg() });
    expect(Math.abs(Math.min(...(await positive.kernel.data())))).toBe(0); // or −0
  });

  it('a regularizer adds its slope, 2 · l2 · w', async () => {
    const [plain, decayed] = [
      await trained({}),
      await trained({ kernelRegularizer: regularizers.l2({ l2: 0.3 }) }),
    ];
    expect(decayed.before).toEqual(plain.before);
    const [x, y] = [await plain.kernel.data(), await decayed.kernel.data()];
    const more = y.map((value, i) => value - x[i]!);
    const expected = plain.before.map((weight) => -0.1 * 2 * 0.3 * weight);
    expect(more).toBeAllclose(expected, { rtol: 1e-3, atol: 1e-6 });
  });

  it('a discriminator of probabilities is named', () => {
    const generator = network(2, 1);
    const dense = (activation: 'sigmoid' | 'softmax') =>
      layers.dense({ units: 2, inputShape: [2], activation, name: 'judge' });
    const models = [
      sequential({ layers: [dense('sigmoid')] }),
      sequential({ layers: [dense('softmax')] }),
      sequential({
        layers: [network(1, 2), layers.activation({ activation: 'sigmoid', name: 'judge' })],
      }),
      sequential({ layers: [spectralNormalization({ layer: dense('sigmoid'), name: 'judge' })] }),
      sequential({ layers: [sequential({ layers: [dense('sigmoid')] })] }),
    ];
    for (const discriminator of models)
      expect(() => createGAN({ generator, discriminator, loss: hinge() })).toThrow(
        /^createGAN: `discriminator` must be a model that ends in logits\. Received: "the layer judge, with/,
      );
  });

  it('a batch has the keys that are read, and no others', async () => {
    const gan = createGAN({
      generator: network(2, 1),
      discriminator: network(1, 2),
      loss: hinge(),
    });
    const real = tensor2d([1, -2, 0.5, 3], [2, 2]);
    const step = gan.trainStep({ real, labels: real } as { real: Tensor });
    await expect(step).rejects.toThrow(
      'GAN.trainStep: `batch` must be an object with the keys real, condition. Received: "labels".',
    );
    const translator = () =>
      sequential({ layers: [layers.conv2d({ filters: 3, kernelSize: 1, inputShape: [4, 4, 3] })] });
    const judge = (channels: number) =>
      pixelDiscriminator({ inputShape: [4, 4, channels], filters: 2 });
    const cycle = createCycleGAN({
      generators: { ab: translator(), ba: translator() },
      discriminators: { a: judge(3), b: judge(3) },
    });
    const pix2pix = createPix2Pix({ generator: translator(), discriminator: judge(6) });
    for (const system of [cycle, pix2pix])
      await expect(system.trainStep({ A: real } as never)).rejects.toThrow(
        'must be an object with the keys a, b. Received: "A".',
      );
  });
});
