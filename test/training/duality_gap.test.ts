import { dispose, memory, ones, tensor, tensor2d } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { dualityGap } from '../../src/training/diagnostics/duality_gap.js';
import type { DualityGapOptions } from '../../src/training/diagnostics/duality_gap.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { modelState } from '../../src/training/state/model_state.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';

/** A layer of one input and one output, slope · x + offset. */
function line(slope: number, offset: number, useBias = true): LayersModel {
  const made = sequential({ layers: [layers.dense({ units: 1, inputShape: [1], useBias })] });
  const weights = [tensor2d([[slope]]), ...(useBias ? [tensor([offset])] : [])];
  made.setWeights(weights);
  dispose(weights);
  return made;
}

const free = (...models: LayersModel[]) => models.forEach((one) => one.dispose());

describe.each(BACKENDS)('dualityGap on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('has the values of the game D(x) = φx, G(z) = θ, V = φ(m − θ), which are known', async () => {
    // the data are m = 3; k steps of rate η move φ by kη(m − θ), and θ by kηφ
    const [generator, discriminator] = [line(0, 1), line(0.5, 0, false)];
    const test = tensor2d([[3], [3]]);
    const { gap, value, worstDiscriminator, worstGenerator } = await dualityGap({
      ...{ generator, discriminator, test, loss: wasserstein() },
      real: () => tensor2d([[3], [3], [3], [3]]),
      latents: 'uniform',
      optimizer: (player) => sgd({ learningRate: player === 'discriminator' ? 0.1 : 0.2 }),
      steps: 5,
    });
    expect(value).toBeCloseTo(0.5 * 2, 5);
    expect(worstDiscriminator).toBeCloseTo((0.5 + 5 * 0.1 * 2) * 2, 5);
    // its kernel moves with z, so only about
    expect(Math.abs(worstGenerator - 0.5 * (2 - 5 * 0.2 * 0.5))).toBeLessThan(0.1);
    expect(gap).toBe(worstDiscriminator - worstGenerator);
    free(generator, discriminator);
    test.dispose();
  });

  it('is 0 at an equilibrium, where nobody gains', async () => {
    const [generator, discriminator] = [line(0, 3), line(0, 0, false)];
    const test = tensor2d([[3], [3]]);
    const real = () => tensor2d([[3], [3]]);
    const found = await dualityGap({ generator, discriminator, test, real, steps: 20 });
    expect(Math.abs(found.gap)).toBeLessThan(1e-6);
    expect(found.value).toBeCloseTo(-2 * Math.LN2, 6);
    free(generator, discriminator);
    test.dispose();
  });

  it('finds what each player could gain, and leaves its networks, their statistics and the memory as they were', async () => {
    const stream = new RandomStream(3);
    const normalized = batchNormalization({ name: 'norm' });
    const generator = sequential({
      layers: [layers.dense({ units: 4, inputShape: [2], name: 'in' }), normalized],
    });
    generator.add(layers.dense({ units: 1, name: 'out' }));
    const hidden = layers.dense({
      ...{ units: 6, inputShape: [1], activation: 'tanh', name: 'in' },
    });
    const discriminator = sequential({
      layers: [spectralNormalization({ layer: hidden }), layers.dense({ units: 1, name: 'out' })],
    });
    initializeWeights(generator, { stddev: 0.5, seed: 1 });
    initializeWeights(discriminator, { stddev: 0.5, seed: 2 });
    const gan = createGAN({ generator, discriminator, loss: nonSaturating() });
    const real = (k: number) => new RandomStream(7).seek(k).normal([16, 1], 2, 0.5);
    const test = stream.normal([64, 1], 2, 0.5);
    const batch = real(0);
    await gan.trainStep({ real: batch });
    const optimizer = () => adam({ learningRate: 0.02 });
    const options = { generator, discriminator, real, test, optimizer, steps: 12 };
    const before = await gan.state();
    const held = memory().numTensors;
    const first = await dualityGap(options);
    expect(await dualityGap(options)).toEqual(first);
    expect((await dualityGap({ ...options, seed: 1 })).gap).not.toBe(first.gap);
    expect(memory().numTensors).toBe(held);
    expect(await gan.state()).toEqual(before);
    expect(first.worstDiscriminator).toBeGreaterThan(first.value + 0.01);
    expect(first.worstGenerator).toBeLessThan(first.value - 0.01);

    // after an error, too
    const states = async () => [await modelState(generator), await modelState(discriminator)];
    const then = await states();
    const broken: Partial<DualityGapOptions>[] = [
      { real: (k) => (k < 3 ? real(k) : ones([4, 2])) },
      { real: (k) => real(k + (k < 3 ? 0 : NaN)) },
      { optimizer: () => sgd({ learningRate: 1e30 }) },
    ];
    for (const one of broken) {
      await expect(dualityGap({ ...options, ...one })).rejects.toThrow();
      expect(await states()).toEqual(then);
      expect(memory().numTensors).toBe(held);
    }
    gan.dispose();
    free(generator, discriminator);
    dispose([test, batch]);
  });

  it('refuses what does not fit', async () => {
    const [generator, discriminator] = [line(1, 0), line(1, 0)];
    const wide = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
    const test = ones([2, 1]);
    const options = { generator, discriminator, real: () => ones([2, 1]), test };
    await expect(dualityGap({ ...options, discriminator: wide })).rejects.toThrow(
      '`discriminator` must be a model of samples',
    );
    const bad = ones([2, 2]);
    await expect(dualityGap({ ...options, test: bad })).rejects.toThrow('`test` must');
    await expect(dualityGap({ ...options, steps: 0 })).rejects.toThrow('`steps` must be');
    await expect(dualityGap({ ...options, real: () => 3 as never })).rejects.toThrow(
      '`real()` must',
    );
    free(generator, discriminator, wide);
    dispose([test, bad]);
  });
});
