import { memory, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hinge } from '../../src/losses/hinge.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { relativisticAverage } from '../../src/losses/relativistic_average.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import type { CycleGAN } from '../../src/training/systems/cycle_gan.js';
import type { CycleGANOptions } from '../../src/training/systems/cycle_gan_options.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { critic, images, translator, weightsOf } from './translation_systems.js';
import type { Shape } from './translation_systems.js';

const A: Shape = [8, 8, 2];
const B: Shape = [8, 8, 3];

const networks = (a = A, b = B, isSpectral = false) => ({
  generators: { ab: translator(a, b[2], 1, 0.3), ba: translator(b, a[2], 2) },
  discriminators: { a: critic(a, 3, isSpectral), b: critic(b, 4, isSpectral) },
});

const build = (options: CycleGANOptions = {}): CycleGAN =>
  createCycleGAN({ ...networks(), poolSize: 3, seed: 5, ...options });

async function trainOver(cycle: CycleGAN, first: number, last: number, [a, b] = [A, B]) {
  const losses = [];
  for (let k = first; k < last; k++) {
    const batch = { a: images(10, k, a), b: images(11, k, b) };
    losses.push(await cycle.trainStep(batch));
    batch.a.dispose();
    batch.b.dispose();
  }
  return losses;
}

const all = (cycle: CycleGAN) =>
  Promise.all(Object.values(cycle.networks).map((model) => weightsOf(model)));

describe('createCycleGAN', () => {
  beforeAll(() => useBackend(FASTEST));

  it.each<[string, () => CycleGANOptions]>([
    ['hinge', () => ({ loss: hinge() })],
    ['the vanilla loss', () => ({ loss: nonSaturating() })],
    ['a relativistic loss', () => ({ loss: relativisticAverage() })],
    ['spectral normalization', () => networks(A, B, true)],
    [
      'WCycleGAN-GP',
      () => ({
        loss: wasserstein(),
        discriminatorWeight: 1,
        criticSteps: 2,
        penalties: { a: new GradientPenalty({ seed: 1 }), b: [new GradientPenalty({ seed: 2 })] },
      }),
    ],
  ])('trains with %s, holds no tensor more at each step, and keeps its batch', async (_, make) => {
    const options = make();
    const cycle = build({ ...options, poolSize: 1 });
    const batch = { a: images(1, 0, A), b: images(2, 0, B) };
    const names = new Set<string>();
    await expectNoLeak(async () => {
      for (let i = 0; i < 2; i++) {
        const losses = await cycle.trainStep(batch);
        for (const [name, value] of Object.entries(losses)) {
          names.add(name);
          expect(Number.isFinite(value), name).toBe(true);
        }
      }
    }, 10);
    const expected = ['A', 'B'].flatMap((domain) => [`cycle${domain}`, `discriminator${domain}`]);
    expect([...names]).toEqual(expect.arrayContaining([...expected, 'generatorAB']));
    expect(names.has('penaltyA')).toBe(options.penalties !== undefined);
    expect(batch.a.isDisposed || batch.b.isDisposed).toBe(false);
  });

  it('is the sum that its doc says: one step of gradient descent against differences', async () => {
    const rate = 1e-3;
    const make = () =>
      build({
        ...networks(A, [8, 8, 2]),
        generators: { ab: translator(A, 2, 1), ba: translator(A, 2, 2) },
        lambdaCycle: { a: 3, b: 2 },
        lambdaIdentity: 0.7,
        optimizers: {
          generators: sgd({ learningRate: rate }),
          discriminators: sgd({ learningRate: 0 }),
        },
      });
    const batch = { a: images(1, 0, A), b: images(2, 0, A) };
    const cycle = make();
    const [before] = await all(cycle);
    const losses = await cycle.trainStep(batch);
    const after = await all(cycle);
    // L(θ) of the generators, from the losses that a step tells
    const total = async (weight: number, delta: number) => {
      const other = make();
      const variable = other.networks.generatorAB.trainableWeights[2]!; // the last kernel
      const values = Float32Array.from(await variable.read().data());
      values[weight]! += delta;
      variable.write(tensor(values, variable.shape as number[]));
      const told = await other.trainStep(batch);
      const terms = ['generatorAB', 'generatorBA', 'cycleA', 'cycleB', 'identityA', 'identityB'];
      return terms.reduce((sum, term) => sum + told[term as keyof typeof told]!, 0);
    };
    expect(losses.identityA).toBeGreaterThan(0);
    const path = Object.keys(before!).find((name) => name.startsWith('out/'))!;
    for (const weight of [0, 17, 44]) {
      const slope = ((await total(weight, 0.01)) - (await total(weight, -0.01))) / 0.02;
      const moved = (before![path]![weight]! - after[0]![path]![weight]!) / rate;
      expect(Math.abs(moved - slope)).toBeLessThan(0.02 * Math.max(0.1, Math.abs(slope)));
    }
  });

  it('shows the discriminators what was made before the generators moved', async () => {
    const still = build({ poolSize: 0 });
    const moving = build({
      poolSize: 0,
      optimizers: { generators: adam({ learningRate: 0.5 }), discriminators: adam() },
    });
    const [told] = await trainOver(still, 0, 1);
    const [same] = await trainOver(moving, 0, 1);
    expect(same!.discriminatorA).toBe(told!.discriminatorA);
    expect(same!.discriminatorB).toBe(told!.discriminatorB);
  });

  it('updates the generators at every criticSteps-th step', async () => {
    const cycle = build({ criticSteps: 3 });
    const start = await weightsOf(cycle.networks.generatorAB);
    const losses = await trainOver(cycle, 0, 2);
    expect(losses.map(({ cycleA }) => cycleA)).toEqual([undefined, undefined]);
    expect(await weightsOf(cycle.networks.generatorAB)).toEqual(start);
    const [third] = await trainOver(cycle, 2, 3);
    expect(third!.cycleA).toBeGreaterThan(0);
    expect(cycle.steps).toEqual({ discriminator: 3, generator: 1 });
  });

  it('has an identity loss between domains of one shape alone', async () => {
    const [told] = await trainOver(build(), 0, 1);
    expect(told!.identityA).toBeUndefined();
    expect(() => build({ lambdaIdentity: 0.5 })).toThrow(
      /createCycleGAN: `lambdaIdentity` must be 0 between domains of different shape, .*8,8,2.*8,8,3.*Received: 0.5/,
    );
    const same = build(networks(A, A));
    const [with_] = await trainOver(same, 0, 1, [A, A]);
    expect(with_!.identityA).toBeGreaterThan(0);
  });

  it('maps between domains of different sizes', async () => {
    const [small, large]: Shape[] = [
      [28, 28, 1],
      [32, 32, 3],
    ];
    const enlarge = createCycleGAN({
      inputShape: small!,
      outputShape: large!,
      generatorOptions: { filters: 2, blocks: 1 },
      discriminatorOptions: { filters: 2, layers: 1 },
    });
    const [told] = await trainOver(enlarge, 0, 1, [small!, large!]);
    expect(told!.cycleB).toBeGreaterThan(0);
    expect(enlarge.translate({ a: images(1, 0, small!) }).shape).toEqual([2, ...large!]);
    expect(enlarge.translate({ b: images(1, 0, large!) }).shape).toEqual([2, ...small!]);
    const before = memory().numTensors;
    enlarge.dispose();
    expect(memory().numTensors).toBeLessThan(before);
  });

  it('translates without a change of its state', async () => {
    const cycle = build();
    await trainOver(cycle, 0, 2);
    const before = await cycle.state();
    const a = images(1, 0, A);
    const [noisy, plain] = (['training', 'inference'] as const).map((mode) =>
      cycle.translate({ a, mode }),
    ) as [Tensor, Tensor];
    expect(await noisy.data()).not.toEqual(await plain.data());
    const seeded = [1, 2, 1].map((seed) => cycle.translate({ a, mode: 'training', seed }));
    const [one, two, again] = await Promise.all(seeded.map((image) => image.data()));
    expect(again).toEqual(one);
    expect(two).not.toEqual(one);
    expect(one).not.toEqual(await noisy.data());
    expect(() => cycle.translate({ a, seed: 1 })).toThrow(/`seed` must be left out/);
    expect(await cycle.state()).toEqual(before);
    expect(() => cycle.translate({})).toThrow(/either a or b. Received: "neither"/);
    expect(() => cycle.translate({ a, b: a })).toThrow(/either a or b. Received: "both"/);
    expect(() => cycle.translate({ b: a })).toThrow(/CycleGAN.translate: `b` must be of shape/);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['nothing', () => createCycleGAN({}), /`inputShape` must be present unless/],
    ['a word', () => build({ lambda: 1 } as never), /Received: "lambda"/],
    [
      'a negative λ',
      () => build({ lambdaCycle: -1 }),
      /`lambdaCycle` must be .*>= 0.*Received: -1/,
    ],
    [
      'a broken cycle',
      () => build({ generators: { ab: translator(A, 3, 1), ba: translator(A, 2, 1) } }),
      /`generators.ba` must be a model for what generators.ab makes/,
    ],
    [
      'another domain',
      () => build({ discriminators: { a: critic(B, 1), b: critic(B, 2) } }),
      /`discriminators.a` must be a model for what generators.ba makes/,
    ],
    [
      'one optimizer',
      () => {
        const one = adam();
        return build({ optimizers: { generators: one, discriminators: one } });
      },
      /two optimizers/,
    ],
    [
      'one penalty',
      () => {
        const one = new GradientPenalty();
        return build({ penalties: { a: one, b: one } });
      },
      /`penalties` must be two/,
    ],
    [
      'weights given twice',
      () => build({ generatorOptions: { filters: 2 } }),
      /`generatorOptions` must be omitted if/,
    ],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('refuses batches that do not fit, and stays as it was', async () => {
    const cycle = build();
    const before = await cycle.state();
    const [a, b] = [images(1, 0, A), images(2, 0, B)];
    await expect(cycle.trainStep({} as never)).rejects.toThrow(/`batch.a` must be a tensor/);
    await expect(cycle.trainStep({ a: b, b })).rejects.toThrow(/`batch.a` must be of shape/);
    await expect(cycle.trainStep({ a, b: images(2, 0, B, 3) })).rejects.toThrow(
      /`batch.b` must be as many images as batch.a, 2/,
    );
    const failing = build({
      penalties: {
        a: {
          weight: 1,
          every: 1,
          compute: () => {
            throw new Error('mine');
          },
        },
        b: new GradientPenalty(),
      },
    });
    const tensors = memory().numTensors;
    const start = await failing.state();
    await expect(failing.trainStep({ a, b })).rejects.toThrow('mine');
    expect(await failing.state()).toEqual(start);
    expect(memory().numTensors).toBe(tensors);
    expect(await cycle.state()).toEqual(before);
  });
});
