import { fill, memory, tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { pixelDiscriminator } from '../../src/models/pixel_discriminator.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { createPix2Pix } from '../../src/training/systems/pix2pix.js';
import type { SavedState } from '../../src/types.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';

/** Counts its training calls, as a factor that fades in would. */
class CountingLayer extends layers.Layer {
  static className = 'CountingLayer';
  calls = 0;

  override call(inputs: Tensor | Tensor[], kwargs: { training?: boolean }): Tensor | Tensor[] {
    if (kwargs.training === true) this.calls++;
    return inputs;
  }

  savepoint() {
    const { calls } = this;
    return { rollback: () => void (this.calls = calls), release: () => undefined };
  }

  async state(): Promise<SavedState> {
    return { values: { calls: this.calls }, arrays: {} };
  }

  async restore({ values }: SavedState): Promise<void> {
    this.calls = values['calls'] as number;
  }
}

const network = (units: number, seed: number) => {
  const model = sequential({
    layers: [
      layers.dense({ units: 4, inputShape: [2], activation: 'tanh', name: 'first' }),
      layers.dense({ units, name: 'last' }),
    ],
  });
  initializeWeights(model, { stddev: 0.5, seed });
  return model;
};

function build(onNonFinite?: 'throw' | 'skip') {
  return createGAN({
    generator: network(2, 1),
    discriminator: network(1, 2),
    loss: nonSaturating(),
    optimizers: {
      generator: sgd({ learningRate: 0.1, momentum: 0.9 }),
      discriminator: sgd({ learningRate: 0.1, momentum: 0.9 }),
    },
    criticSteps: 2,
    ema: { decay: 0.9 },
    ...(onNonFinite !== undefined && { onNonFinite }),
  });
}

const batch = (k: number) => tensor2d([Math.sin(k), Math.cos(k), 0.3 * k, 1 - k], [2, 2]);
const broken = () => tensor2d([1, NaN, 0.5, 2], [2, 2]);

async function train(gan: ReturnType<typeof build>, real: Tensor, read?: false) {
  try {
    return await gan.trainStep({ real }, read === false ? { read } : {});
  } finally {
    real.dispose();
  }
}

const message = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => String(error),
  );

describe.each(BACKENDS)('a step that is not finite on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('is refused by its number and term, and the system is as before, to the bit', async () => {
    const [gan, undisturbed] = [build(), build()];
    for (const system of [gan, undisturbed])
      for (const k of [1, 2, 3]) await train(system, batch(k));
    const before = await gan.state();
    const tensors = memory().numTensors;

    const said = await message(train(gan, broken()));
    expect(said).toContain('GanKitError: GAN.trainStep: the losses of step 4 must be finite.');
    expect(said).toMatch(/Received: discriminator NaN/);
    expect(await gan.state()).toEqual(before);
    expect(memory().numTensors).toBe(tensors);

    for (const k of [4, 5, 6])
      expect(await train(gan, batch(k))).toEqual(await train(undisturbed, batch(k)));
    expect(await gan.state()).toEqual(await undisturbed.state());
    expect(gan.skipped).toBe(0);
  });

  it('names the weight where the losses are finite still', async () => {
    const gan = build();
    const before = await gan.state();
    gan.optimizers.discriminator.learningRate = 3e38;
    const said = await message(train(gan, batch(20))); // the slopes are above 1.2
    expect(said).toMatch(
      /the weights after step 1 must be finite\. Received: NaN or infinity in discriminator\/(first|last)\/\w+/,
    );
    gan.optimizers.discriminator.learningRate = 0.1;
    expect(await gan.state()).toEqual(before);
  });

  it('is skipped and counted where that is asked for, and the count is in the state', async () => {
    const gan = build('skip');
    await train(gan, batch(1));
    const before = await gan.state();
    const { discriminator } = await train(gan, broken());
    expect(Number.isFinite(discriminator)).toBe(false);
    expect(gan.skipped).toBe(1);
    const after = await gan.state();
    expect(after.arrays).toEqual(before.arrays);
    expect(after.values).toEqual({ ...before.values, 'steps/skipped': 1 });
    const other = build('skip');
    await other.restore(after);
    expect(other.skipped).toBe(1);
    await train(gan, batch(2));
    expect(gan.steps.discriminator).toBe(2);
  });

  it('that was not read is found by the next one that is', async () => {
    const gan = build();
    await train(gan, batch(1));
    const before = await gan.state();
    const tensors = memory().numTensors;
    await train(gan, batch(2), false);
    await train(gan, broken(), false);
    await train(gan, batch(3), false);
    const said = await message(train(gan, batch(4)));
    expect(said).toContain('the losses of steps 2 to 5, one of them unread, must be finite');
    expect(await gan.state()).toEqual(before);
    expect(memory().numTensors).toBe(tensors);
  });

  it('leaves nothing behind where steps that were not read are finite, or the system ends', async () => {
    const gan = build();
    for (const k of [1, 2]) await train(gan, batch(k));
    const tensors = memory().numTensors;
    for (const k of [3, 4]) await train(gan, batch(k), false);
    await train(gan, batch(5));
    expect(memory().numTensors).toBe(tensors);
    await train(gan, batch(6), false);
    const left = build();
    const count = memory().numTensors;
    await train(left, batch(1), false);
    left.dispose();
    gan.dispose();
    expect(memory().numTensors).toBeLessThanOrEqual(count);
  });

  it('takes a layer back that has a state and a savepoint of its own', async () => {
    const counter = new CountingLayer({ name: 'counter', inputShape: [2] });
    const generator = sequential({ layers: [counter, layers.dense({ units: 2, name: 'last' })] });
    initializeWeights(generator, { stddev: 0.5, seed: 1 });
    const gan = createGAN({ generator, discriminator: network(1, 2), loss: nonSaturating() });
    const step = async (real: Tensor) => gan.trainStep({ real }).finally(() => real.dispose());
    await step(batch(1));
    const { calls } = counter;
    expect(calls).toBeGreaterThan(1);
    const before = await gan.state();
    expect(await message(step(broken()))).toContain('must be finite');
    expect(counter.calls).toBe(calls);
    expect(await gan.state()).toEqual(before);
    await step(batch(2));
    expect(counter.calls).toBeGreaterThan(calls);
    gan.dispose();
  });

  it('is refused when two were started at once, and the system is as before both', async () => {
    const gan = build();
    await train(gan, batch(1));
    const before = await gan.state();
    const both = [train(gan, broken()), train(gan, batch(2))].map(message);
    for (const said of await Promise.all(both)) expect(said).toContain('must be finite');
    expect(await gan.state()).toEqual(before);

    const patient = build('skip');
    await Promise.all([train(patient, broken()), train(patient, batch(2))]);
    expect(patient.skipped).toBe(2);
  });
});

describe.each(BACKENDS)('systems of images on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const translator = (seed: number) => {
    const model = sequential({
      layers: [layers.conv2d({ filters: 3, kernelSize: 1, inputShape: [4, 4, 3], name: 'conv' })],
    });
    initializeWeights(model, { stddev: 0.5, seed });
    return model;
  };
  const judge = (channels: number, seed: number) =>
    pixelDiscriminator({ inputShape: [4, 4, channels], filters: 2, seed });
  const good = () => zeros<Rank.R4>([1, 4, 4, 3]);
  const bad = () => fill<Rank.R4>([1, 4, 4, 3], Infinity);

  it.each([
    [
      'CycleGAN',
      () =>
        createCycleGAN({
          generators: { ab: translator(1), ba: translator(2) },
          discriminators: { a: judge(3, 3), b: judge(3, 4) },
        }),
    ],
    ['Pix2Pix', () => createPix2Pix({ generator: translator(1), discriminator: judge(6, 2) })],
  ])('%s goes back too', async (kind, make) => {
    const system = make();
    const step = async (images: () => Tensor4D): Promise<unknown> => {
      const [a, b] = [images(), images()];
      const result = await system.trainStep({ a, b }).finally(() => {
        a.dispose();
        b.dispose();
      });
      return result;
    };
    await step(good);
    const before: SavedState = await system.state();
    expect(await message(step(bad))).toContain(`${kind}.trainStep: the losses of step 2 must be`);
    expect(await system.state()).toEqual(before);
    await step(good);
    system.dispose();
    expect(await message(step(good))).toContain('`this` must be a system that is alive');
  });
});
