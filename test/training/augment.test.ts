import { add, clone, concat, grad, keep, mul, ones, scalar, sub, sum } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { relativisticAverage } from '../../src/losses/relativistic_average.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import type { Augmentation } from '../../src/training/augmentation/augmentation.js';
import { diffAugment } from '../../src/training/augmentation/diff_augment.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GANOptions } from '../../src/training/systems/gan_options.js';
import type { Penalty, SavedState } from '../../src/types.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';

const [LATENT, SIZE, COUNT] = [2, 3, 4];

function network(units: number, inputs: number, seed: number): LayersModel {
  const made = sequential({
    layers: [layers.dense({ units, inputShape: [inputs], name: 'dense' })],
  });
  initializeWeights(made, { stddev: 0.5, seed });
  return made;
}

const build = (options: Partial<GANOptions> = {}) =>
  createGAN({
    generator: network(SIZE, LATENT, 1),
    discriminator: network(1, SIZE, 2),
    loss: wasserstein(),
    optimizers: { generator: sgd({ learningRate: 1 }), discriminator: sgd({ learningRate: 0 }) },
    seed: 3,
    ...options,
  });
const realOf = (k: number) => new RandomStream(50).seek(k).uniform([COUNT, SIZE], -1, 1);
const stream = (name: string) => new RandomStream(3, 'createGAN').fork(name);

/** Multiplies each sample by a number; one draw for each call. */
const scaling: Augmentation = {
  transform: (x, random) => mul(x, random.uniform([x.shape[0], 1], 1, 3)),
};

describe.each(BACKENDS)('augment of createGAN on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('changes reals and fakes of the first step, fakes of the second, and lets gradients through', async () => {
    const gan = build({ augment: scaling });
    const [kernel] = gan.networks.generator.getWeights();
    const before = keep(clone(kernel!));
    const real = realOf(0);
    const losses = await gan.trainStep({ real });

    const [latents, factors] = [stream('latents'), stream('augmentations')];
    const z = () => latents.normal([COUNT, LATENT]);
    const changed = (x: Tensor) => scaling.transform(x, factors);
    const [G, D] = [network(SIZE, LATENT, 1), network(1, SIZE, 2)];
    const judge = (x: Tensor) => functionalCall(D, {}, x, { training: true });
    const [ofReal, ofFake] = [
      judge(changed(real)),
      judge(changed(functionalCall(G, {}, z(), { training: true }))),
    ];
    const ofD = (await sum(sub(ofFake, ofReal)).data())[0]! / COUNT;
    expect(losses.discriminator).toBeAllclose(ofD, { rtol: 1e-5, atol: 1e-6 });

    const [second, last] = [z(), factors.uniform([COUNT, 1], 1, 3)];
    const loss = (weight: Tensor) => {
      const fake = functionalCall(G, { 'dense/kernel': weight }, second, { training: true });
      return mul<Scalar>(sum(judge(mul(fake, last))), -1 / COUNT);
    };
    expect(losses.generator!).toBeAllclose((await loss(before).data())[0]!, {
      rtol: 1e-5,
      atol: 1e-6,
    });
    const moved = await sub(before, grad(loss)(before)).data();
    const [after] = gan.networks.generator.getWeights();
    expect(await after!.data()).toBeAllclose(moved, { rtol: 1e-5 });
    expect(moved).not.toBeAllclose(await before.data(), { rtol: 1e-2 });
  });

  it('gives penalties the changed samples, without noise', async () => {
    const seen: Tensor[] = [];
    const penalty: Penalty = {
      weight: 1,
      every: 1,
      compute: (critic, { real, fake }) => {
        seen.push(keep(clone(real)), keep(clone(fake!)));
        return sum<Scalar>(critic(real));
      },
    };
    const gan = build({ augment: scaling, penalty, instanceNoise: { stddev: 1 } });
    const real = realOf(0);
    await gan.trainStep({ real });
    const factors = stream('augmentations');
    expect(await seen[0]!.data()).toBeAllclose(await scaling.transform(real, factors).data());
    const z = stream('latents').normal([COUNT, LATENT]);
    const fake = functionalCall(network(SIZE, LATENT, 1), {}, z, { training: true });
    expect(await seen[1]!.data()).toBeAllclose(await scaling.transform(fake, factors).data());
  });

  it('leaves a system without it as it was', async () => {
    const same: Augmentation = { transform: (x) => clone(x) };
    const [with_, without] = [build({ augment: same }), build()];
    for (let k = 0; k < 3; k++)
      expect(await with_.trainStep({ real: realOf(k) })).toEqual(
        await without.trainStep({ real: realOf(k) }),
      );
    expect(Object.keys((await without.state()).values).join()).not.toContain('augment');
  });

  it('shows a relativistic generator the changed reals of the step', async () => {
    const calls: number[][] = [];
    const counting: Augmentation = {
      transform: (x) => {
        calls.push(x.shape);
        return add(x, 1);
      },
    };
    await build({ loss: relativisticAverage(), augment: counting }).trainStep({ real: realOf(0) });
    expect(calls).toEqual([
      [COUNT, SIZE],
      [COUNT, SIZE],
      [COUNT, SIZE],
    ]);
  });

  it('saves the state of an augmentation that has one', async () => {
    class Growing implements Augmentation {
      calls = 0;
      transform(x: Tensor) {
        return mul(x, ++this.calls);
      }
      async state(): Promise<SavedState> {
        return { values: { calls: this.calls }, arrays: {} };
      }
      async restore({ values }: SavedState) {
        this.calls = values['calls'] as number;
      }
    }
    const whole = build({ augment: new Growing() });
    for (let k = 0; k < 2; k++) await whole.trainStep({ real: realOf(k) });
    const resumed = build({ augment: new Growing() });
    await resumed.restore(await whole.state());
    expect(await resumed.trainStep({ real: realOf(2) })).toEqual(
      await whole.trainStep({ real: realOf(2) }),
    );
    await expect(build().restore(await whole.state())).rejects.toThrow(/without 'augment'/);
  });

  it('refuses what is none, and a result of another shape, which undoes the step', async () => {
    expect(() => build({ augment: (() => 0) as never })).toThrow(
      /createGAN: `augment` must be an augmentation such as diffAugment\(\)/,
    );
    const wide: Augmentation = { transform: (x) => concat([x, x], 1) };
    const gan = build({ augment: wide });
    const before = await gan.state();
    await expect(gan.trainStep({ real: realOf(0) })).rejects.toThrow(
      /GAN\.trainStep: `augment\.transform\(\)` must be of shape \[4,3\]/,
    );
    expect(await gan.state()).toEqual(before);
    const points = build({ augment: diffAugment() });
    await expect(points.trainStep({ real: ones([COUNT, SIZE]) })).rejects.toThrow(
      /diffAugment\.transform: `x` must be of rank 4/,
    );
    const nothing: Augmentation = { transform: () => scalar(1) };
    await expect(build({ augment: nothing }).trainStep({ real: realOf(0) })).rejects.toThrow(
      /of shape \[4,3\]/,
    );
  });
});
