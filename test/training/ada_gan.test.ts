import { dispose, engine, memory, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { adaGANWeights } from '../../src/training/ensembles/ada_gan_weights.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { createAdaGAN } from '../../src/training/systems/ada_gan.js';
import type { AdaGAN, AdaGANOptions } from '../../src/training/systems/ada_gan_options.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { createUnrolledGAN } from '../../src/training/systems/unrolled_gan.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { describeSystem } from './system_contract.js';

describe('adaGANWeights', () => {
  it.each([
    [1 / 2, 0.85, [0.32, 0.3, 0.14, 0, 0.24]],
    [1 / 3, 0.716667, [0.39, 0.35, 0.03, 0, 0.23]],
  ])('has the golden values of β = %d', (share, lambda, expected) => {
    const found = adaGANWeights({ ratios: [0.1, 0.2, 1, 3, 0.5], share });
    expect(Math.abs(found.lambda! - lambda)).toBeLessThan(1e-6);
    expected.forEach((w, i) => expect(Math.abs(found.weights[i]! - w)).toBeLessThan(1e-12));
  });

  it('solves its equation: λ is where the weights sum to 1', () => {
    for (const share of [0.05, 0.3, 0.9, 1])
      for (let seed = 0; seed < 5; seed++) {
        const ratios = new RandomStream(seed).normalValues(40).map((x) => Math.exp(2 * x));
        const { lambda, weights } = adaGANWeights({ ratios, share });
        // found by halving
        const excess = (at: number) =>
          ratios.reduce((sum, h) => sum + Math.max(0, at - (1 - share) * h), 0) / (40 * share) - 1;
        let [low, high] = [0, 1e3];
        for (let i = 0; i < 80; i++) {
          const middle = (low + high) / 2;
          if (excess(middle) < 0) low = middle;
          else high = middle;
        }
        expect(lambda! / low - 1).toBeCloseTo(0, 10);
        ratios.forEach((h, i) => {
          const w = Math.max(0, low - (1 - share) * h) / (40 * share);
          expect(Math.abs(weights[i]! - w)).toBeLessThan(1e-10);
        });
      }
  });

  it('weighs the lower half, or all, alike', () => {
    const ratios = Float32Array.of(4, 1, 3, 2);
    const weigh = (weighting: 'top' | 'uniform') =>
      adaGANWeights({ ratios, share: 0.5, weighting });
    expect([...weigh('top').weights]).toEqual([0, 0.5, 0, 0.5]);
    expect([...weigh('uniform').weights]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(weigh('uniform').lambda).toBeUndefined();
  });

  it('refuses ratios that are none', () => {
    expect(() => adaGANWeights({ ratios: [1, -1], share: 0.5 })).toThrow('`ratios[1]` must be');
    expect(() => adaGANWeights({ ratios: [NaN], share: 0.5 })).toThrow('`ratios[0]` must be');
    expect(() => adaGANWeights({ ratios: [], share: 0.5 })).toThrow('`ratios` must be');
    expect(() => adaGANWeights({ ratios: [1], share: 0 })).toThrow('`share` must be');
  });
});

function network(inputs: number, outputs: number, seed: number): LayersModel {
  const model = sequential({
    layers: [
      layers.dense({ inputShape: [inputs], units: 4, activation: 'tanh', name: 'hidden' }),
      layers.dense({ units: outputs, name: 'out' }),
    ],
  });
  initializeWeights(model, { stddev: 0.6, seed });
  return model;
}

// held by the whole file, and made once a backend is there
let samples: Tensor | undefined;
const points = () => (samples ??= new RandomStream(1).normal([12, 2]));

const boosted = (seed: number, more: Partial<AdaGANOptions> = {}): AdaGAN =>
  createAdaGAN({
    samples: points(),
    gan: (index) =>
      createGAN({
        generator: network(3, 2, 3 * index + 1),
        discriminator: network(2, 1, 3 * index + 2),
        loss: nonSaturating(),
        ema: { decay: 0.5 },
        seed: index,
      }),
    classifier: (index) => network(2, 1, 3 * index + 3),
    ganSteps: 20,
    batchSize: 4,
    seed,
    ...more,
  });

describeSystem<Record<string, never>, AdaGAN>('AdaGAN', {
  name: 'AdaGAN',
  make: boosted,
  batch: () => ({}),
  calls: [(ada) => ada.generate({ count: 1 })],
});

const counts = () => ({ tensors: memory().numTensors, data: engine().backend.numDataIds() });

function freed(ada: AdaGAN): void {
  const { networks, optimizers } = ada;
  ada.dispose();
  for (const one of [...Object.values(networks), ...Object.values(optimizers)]) one.dispose();
}

describe.each(BACKENDS)('AdaGAN from one component to the next on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const SHORT = { ganSteps: 2, classifierSteps: 2 };

  it('goes on from a state at any step, leaves nothing, and adds a generator at the end of each GAN', async () => {
    const warm = boosted(5, SHORT); // the samples move to the backend
    await warm.trainStep();
    freed(warm);
    const held = counts();
    const whole = boosted(5, SHORT);
    const losses: object[] = [];
    const states = [await whole.state()];
    const components: number[] = [];
    for (let k = 0; k < 8; k++) {
      losses.push(await whole.trainStep());
      states.push(await whole.state());
      components.push(whole.components);
      expect(whole.stepCount).toBe(k + 1);
    }
    expect(components).toEqual([0, 1, 1, 1, 1, 2, 2, 2]);
    expect(losses.map((one) => Object.keys(one).join(' '))).toEqual([
      ...['discriminator generator', 'discriminator generator'],
      ...['classifier', 'classifier covered lambda'],
      ...['discriminator generator', 'discriminator generator'],
      ...['classifier', 'classifier covered lambda'],
    ]);
    for (const k of [1, 2, 3, 4, 5, 7]) {
      const resumed = boosted(6, SHORT);
      if (k % 2 === 1) for (let i = 0; i < 6; i++) await resumed.trainStep({}, { read: false });
      await resumed.restore(states[k]!);
      expect(await resumed.state()).toEqual(states[k]);
      expect(resumed.stepCount).toBe(k);
      for (let i = k; i < 8; i++) expect(await resumed.trainStep()).toEqual(losses[i]);
      expect(await resumed.state()).toEqual(states[8]);
      freed(resumed);
    }
    const drawn = whole.generate({ count: 7, seed: 2 });
    expect(drawn.shape).toEqual([7, 2]);
    expect(whole.mixture!.shares).toEqual([0.5, 0.5]);
    drawn.dispose();
    freed(whole);
    expect(counts()).toEqual(held);
  });

  it('refuses a state of an impossible place, and goes on as it was', async () => {
    const ada = boosted(5, SHORT);
    for (let k = 0; k < 3; k++) await ada.trainStep();
    const state = await ada.state();
    const held = counts();
    const moved = { ...state, values: { ...state.values, 'progress/index': 2 } };
    await expect(ada.restore(moved)).rejects.toThrow(
      "`state.values['progress/index']` must be the number of its components",
    );
    expect(counts()).toEqual(held);
    expect(await ada.state()).toEqual(state);
    await ada.trainStep();
    freed(ada);
  });

  it('advances in the next step if a factory threw, having lost nothing', async () => {
    let refuse = true;
    const ada = boosted(5, {
      ...SHORT,
      classifier: (index) => {
        if (refuse) throw new Error('not yet');
        return network(2, 1, 3 * index + 3);
      },
    });
    await ada.trainStep();
    await expect(ada.trainStep()).rejects.toThrow('not yet');
    expect([ada.components, ada.stepCount]).toEqual([0, 2]);
    refuse = false;
    const calm = boosted(5, SHORT);
    for (let k = 0; k < 2; k++) await calm.trainStep();
    expect(await ada.trainStep()).toEqual(await calm.trainStep());
    expect(await ada.state()).toEqual(await calm.state());
    [ada, calm].forEach(freed);
  });

  it('gives a covered cluster no weight, so that the next GAN sees the other one', async () => {
    // two clusters, at x = −2 and 2; the first GAN makes the left one and does not move
    const real = tensor2d(Array.from({ length: 40 }, (_, i) => [i < 20 ? -2 : 2, 0.2]));
    const still = (index: number) => {
      const generator = sequential({
        layers: [layers.dense({ units: 2, inputShape: [1], name: 'out' })],
      });
      const kernel = tensor2d([[0, 0]]);
      const bias = tensor([index === 0 ? -2 : 2, 0.2]);
      generator.setWeights([kernel, bias]);
      dispose([kernel, bias]);
      const optimizers = {
        generator: sgd({ learningRate: 1e-9 }),
        discriminator: sgd({ learningRate: 0.1 }),
      };
      return { generator, discriminator: network(2, 1, 2), optimizers };
    };
    const ada = createAdaGAN({
      samples: real,
      gan: (index) => createUnrolledGAN({ ...still(index), unrolledSteps: 0 }),
      classifier: () => network(2, 1, 3),
      classifierOptimizer: () => adam({ learningRate: 0.03 }),
      ganSteps: 1,
      classifierSteps: 150,
      batchSize: 32,
    });
    await ada.trainStep();
    expect([...ada.weights]).toEqual(Array.from({ length: 40 }, () => Math.fround(1 / 40)));
    let last: object = {};
    for (let k = 0; k < 150; k++) last = await ada.trainStep();
    const { weights } = ada;
    // of the left cluster h is 2, so that (1 − β) h is λ itself: what is left is the classifier's error
    const [left, right] = [weights.slice(0, 20), weights.slice(20)];
    expect(Math.max(...left)).toBeLessThan(0.1 * Math.min(...right));
    expect(Math.abs((last as { lambda: number }).lambda - 1)).toBeLessThan(0.1);
    await ada.trainStep();
    const made = tidy(() => ada.generate({ count: 200, seed: 4 }));
    const xs = (await made.data()).filter((_, i) => i % 2 === 0);
    const share = xs.filter((x) => x > 0).length / 200;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.15);
    made.dispose();
    freed(ada);
    real.dispose();
  });

  it('refuses what does not fit, and two steps at once', async () => {
    const make = (more: object) => () => boosted(1, more);
    expect(make({ samples: tensor([1, 2]) })).toThrow('`samples` must be');
    expect(make({ share: 2 })).toThrow('`share` must be');
    expect(make({ ganSteps: 0 })).toThrow('`ganSteps` must be');
    expect(make({ gan: () => ({}) })).toThrow('`gan()` must be a system with a generator');
    expect(make({ gan: () => createGAN({ ...gan(3), loss: nonSaturating() }) })).toThrow(
      '`gan()` must be a system of samples [?,2]',
    );
    const ada = boosted(1, { ...SHORT, ganSteps: 1, classifier: () => network(2, 2, 1) });
    expect(() => ada.generate({ count: 1 })).toThrow('must be trained for 1 steps');
    const first = ada.trainStep();
    await expect(ada.trainStep()).rejects.toThrow('await each step');
    await expect(first).rejects.toThrow('`classifier()` must be a model of one logit');
    freed(ada);
  });
});

const gan = (outputs: number) => ({
  generator: network(3, outputs, 1),
  discriminator: network(outputs, 1, 2),
});
