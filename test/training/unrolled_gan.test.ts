import { memory, neg, randomNormal, tensor2d, train, zeros } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkFirstOrder } from '../../src/gradcheck/check_derivatives.js';
import { Probe, toHost } from '../../src/gradcheck/probe.js';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { minimax } from '../../src/losses/minimax.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { playerOf } from '../../src/training/core/player.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { rmsprop } from '../../src/training/optimizers/rmsprop.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { unroll } from '../../src/training/step/unroll.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { createUnrolledGAN } from '../../src/training/systems/unrolled_gan.js';
import type { UnrolledGANOptions } from '../../src/training/systems/unrolled_gan.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { describeSystem } from './system_contract.js';

function network(inputs: number, outputs: number, seed: number) {
  const model = sequential({
    layers: [
      layers.dense({ inputShape: [inputs], units: 6, activation: 'tanh', name: 'hidden' }),
      layers.dense({ units: outputs, name: 'out' }),
    ],
  });
  initializeWeights(model, { stddev: 0.7, seed });
  return model;
}

const parts = (seed = 3) => ({
  generator: network(3, 2, seed),
  discriminator: network(2, 1, seed + 1),
  optimizers: {
    generator: adam({ learningRate: 0.05 }),
    discriminator: adam({ learningRate: 0.05 }),
  },
  seed,
});
const batch = (k: number) => ({ real: new RandomStream(k + 20).normal([4, 2]) });

describeSystem('UnrolledGAN', {
  name: 'UnrolledGAN',
  make: (seed) => createUnrolledGAN({ ...parts(), unrolledSteps: 2, seed }),
  batch,
  calls: [
    (gan) => (gan as { generate(input: object): Tensor }).generate({ latents: zeros([1, 3]) }),
  ],
});

describe.each(BACKENDS)('an unrolled GAN on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([minimax(), nonSaturating()])(
    'looking 0 steps ahead is createGAN, $name',
    async (loss) => {
      const ours = createUnrolledGAN({ ...parts(), loss, unrolledSteps: 0 });
      const gan = createGAN({ ...parts(), loss });
      for (let k = 0; k < 3; k++)
        expect(await ours.trainStep(batch(k))).toEqual(await gan.trainStep(batch(k)));
      for (const name of ['generator', 'discriminator'] as const) {
        const weights = gan.networks[name].getWeights();
        for (const [i, weight] of ours.networks[name].getWeights().entries())
          expect(await weight.data()).toEqual(await weights[i]!.data());
      }
    },
  );

  // the whole of them is compared with PyTorch, too: test/parity/unrolled_gan.test.ts
  it.each(ON_GPU ? [adam()] : [sgd({ learningRate: 0.5 }), adam({ learningRate: 0.1 }), rmsprop()])(
    'has the gradient that differences find for three steps of %s',
    async (optimizer) => {
      enableSecondOrderGradients();
      const { generator, discriminator } = parts();
      const real = new RandomStream(4).normal([4, 2]);
      const z = new RandomStream(5).normal([4, 3]);
      const paths = namedWeights(generator).map(({ path }) => path);
      const loss = (...weights: Tensor[]) => {
        const named = Object.fromEntries(paths.map((path, i) => [path, weights[i]!]));
        const fake = functionalCall(generator, named, z);
        const lossOf = (D: (x: Tensor) => Tensor) =>
          minimax().discriminator({ real: D(real), fake: D(fake) });
        const D = playerOf('discriminator', discriminator);
        return neg<Scalar>(lossOf(unroll(D, optimizer, 3, lossOf)));
      };
      const inputs = await Promise.all(
        namedWeights(generator).map(({ variable }) => toHost(variable.read())),
      );
      const verdict = await checkFirstOrder(new Probe(loss, inputs, new RandomStream(2)), {
        ...{ tolerance: 1e-3, directions: 4, steps: 9, attempts: 2 },
      });
      expect(verdict.status, JSON.stringify(verdict)).toBe('right');
    },
  );

  it('sees another future than one that stops, and keeps its opponent as it was', async () => {
    const moved = async (options: Partial<UnrolledGANOptions>) => {
      const gan = createUnrolledGAN({ ...parts(), ...options });
      await gan.trainStep(batch(1));
      const read = (name: 'generator' | 'discriminator') =>
        Promise.all(gan.networks[name].getWeights().map(async (one) => [...(await one.data())]));
      return { generator: await read('generator'), discriminator: await read('discriminator') };
    };
    const through = await moved({ unrolledSteps: 2 });
    const others = [
      await moved({ unrolledSteps: 0 }),
      await moved({ unrolledSteps: 3 }),
      await moved({ unrolledSteps: 2, gradient: 'stopped' }),
      await moved({ unrolledSteps: 2, objective: 'loss', loss: nonSaturating() }),
    ];
    for (const other of others) {
      expect(other.generator).not.toEqual(through.generator);
      expect(other.discriminator).toEqual(through.discriminator);
    }
  });
});

describe('createUnrolledGAN', () => {
  beforeAll(() => useBackend('cpu'));

  it('refuses an optimizer that cannot be unrolled, unless it need not be', () => {
    const { generator, discriminator, optimizers } = parts();
    const make = (other: unknown, unrolledSteps = 1) =>
      createUnrolledGAN({
        ...{ generator, discriminator, unrolledSteps },
        optimizers: { ...optimizers, discriminator: other as never },
      });
    expect(() => make(train.adam(0.1))).toThrow('an optimizer of gan-kit');
    expect(() => make(adam({ clipNorm: 1 }))).toThrow('without accumulate and clipNorm');
    expect(() => make(adam({ accumulate: 2 }))).toThrow('without accumulate and clipNorm');
    for (const other of [train.adam(0.1), adam({ clipNorm: 1 })])
      expect(() => make(other, 0)).not.toThrow();
    expect(() => createUnrolledGAN({ ...parts(), discriminator: network(3, 1, 1) })).toThrow(
      'a model of samples [,2]',
    );
  });

  it('frees the optimizers that it made', async () => {
    const { generator, discriminator } = parts();
    const { numTensors } = memory();
    const gan = createUnrolledGAN({ generator, discriminator, seed: 1 });
    const real = randomNormal([4, 2]);
    await gan.trainStep({ real });
    const samples = gan.generate({ latents: tensor2d([[1, 2, 3]]) });
    expect(samples.shape).toEqual([1, 2]);
    samples.dispose();
    real.dispose();
    gan.dispose();
    expect(memory().numTensors).toBeLessThanOrEqual(numTensors + 1);
  });
});
