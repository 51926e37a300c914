import { mean, mul, ones, square, train, zeros } from '@tensorflow/tfjs-core';
import type { Optimizer, Rank, Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  Losses,
  checkGradients,
  functionalCall,
  inputGradient,
  dcganDiscriminator,
  dcganGenerator,
  unetGenerator,
} from '../../src/index.js';
import { adam, createCycleGAN, createGAN, createPix2Pix, r1, rmsprop } from '../../src/index.js';
import { GradientPenalty, ImagePool, sampleLatents, sgd } from '../../src/index.js';
import type { Adam, Critic, CycleGAN, GAN, Penalty, RMSProp, SGD } from '../../src/index.js';
import type { TrainingSystem } from '../../src/index.js';
import { imageGrid } from '../../src/io/image_grid.js';
import { FASTEST, useBackend } from '../helpers/backends.js';

// What a user writes without a cast or a `!`. The compiler is the test; it runs as well.

const imageShape = [8, 8, 1] as const;
const networks = () => ({
  generator: dcganGenerator({ imageShape, latentSize: 2, filters: 2, form: 'paper' }),
  discriminator: dcganDiscriminator({ imageShape, filters: 2, form: 'paper' }),
});
const real: () => Tensor4D = () => ones([2, 8, 8, 1]);

describe('the types of a program', () => {
  beforeAll(() => useBackend(FASTEST));

  it('know the optimizers, whose learning rate a schedule sets', () => {
    const gan = createGAN({ ...networks(), loss: Losses.hinge() });
    gan.optimizers.generator.learningRate = 1e-4;
    gan.optimizers.discriminator.learningRate /= 2;
    for (const optimizer of Object.values(gan.optimizers)) optimizer.learningRate *= 0.5;
    expectTypeOf(gan.optimizers).toEqualTypeOf<
      Readonly<{ generator: Adam; discriminator: Adam }>
    >();
    expect(gan.optimizers.generator.learningRate).toBe(5e-5);

    const optimizers = {
      generator: rmsprop({ learningRate: 1 }),
      discriminator: sgd({ learningRate: 1 }),
    };
    const other = createGAN({ ...networks(), loss: Losses.hinge(), optimizers });
    expectTypeOf(other.optimizers.generator).toEqualTypeOf<RMSProp>();
    expectTypeOf(other.optimizers.discriminator).toEqualTypeOf<SGD>();

    const slower = (any: GAN | CycleGAN) => {
      for (const optimizer of Object.values(any.optimizers)) optimizer.learningRate *= 0.5;
    };
    slower(other);
    expect(other.optimizers.discriminator.learningRate).toBe(0.5);

    const theirs = { generator: train.adam(1e-3), discriminator: train.sgd(1e-3) };
    const old = createGAN({ ...networks(), loss: Losses.hinge(), optimizers: theirs });
    expectTypeOf(old.optimizers.generator).toExtend<Optimizer>();
    // @ts-expect-error tfjs keeps the rate of its own to itself
    expect(() => old.optimizers.generator.learningRate).not.toThrow();
  });

  it('know the losses of a step, which are there unless they are not read', async () => {
    const gan = createGAN({ ...networks(), loss: Losses.hinge(), penalty: r1() });
    const { discriminator, penalty, generator } = await gan.trainStep({ real: real() });
    expect(discriminator.toFixed(2)).toMatch(/\d/);
    expect(penalty?.toFixed(2)).toMatch(/\d/);
    expectTypeOf(generator).toEqualTypeOf<number | undefined>();
    const read = await gan.trainStep({ real: real() }, { read: true });
    expectTypeOf(read.discriminator).toEqualTypeOf<number>();
    const unread = await gan.trainStep({ real: real() }, { read: false });
    expectTypeOf(unread.discriminator).toEqualTypeOf<number | undefined>();
    expect(unread.discriminator).toBeUndefined();

    const small = { filters: 2, layers: 1 };
    const [a, b] = [real(), real()];
    const pix2pix = createPix2Pix({
      inputShape: imageShape,
      generatorOptions: { filters: 2, downsamplings: 2 },
      discriminatorOptions: small,
      optimizers: { generator: adam(), discriminator: adam() },
    });
    const told = await pix2pix.trainStep({ a, b });
    expect(told.discriminator + told.generator + told.l1).toBeGreaterThan(0);
    expectTypeOf(pix2pix.translate({ a, mode: 'training', seed: 1 })).toEqualTypeOf<Tensor4D>();
    pix2pix.optimizers.discriminator.learningRate = 1e-5;

    const cycle = createCycleGAN({
      inputShape: [null, null, 1],
      generatorOptions: { filters: 2, blocks: 0 },
      discriminatorOptions: small,
    });
    const { discriminatorA, discriminatorB } = await cycle.trainStep({ a, b });
    expect(discriminatorA + discriminatorB).toBeGreaterThan(0);
    expectTypeOf(cycle.translate({ b })).toEqualTypeOf<Tensor4D>();
    cycle.optimizers.generators.learningRate = 1e-5;

    const steps = async <Batch, Told>(system: TrainingSystem<Batch, Told>, batch: Batch) => {
      const losses = await system.trainStep(batch);
      await system.trainStep(batch, { read: false });
      return losses;
    };
    expectTypeOf(await steps(gan, { real: real() })).toHaveProperty('discriminator');
    expect((await steps(cycle, { a, b })).discriminatorA).toBeGreaterThan(0);
  });

  it('know the rank of what a network makes', async () => {
    const gan = createGAN({ ...networks(), loss: Losses.hinge() });
    const latents = sampleLatents({ count: 4, size: gan.latentSize });
    const images = gan.generate({ latents });
    expectTypeOf(images).toEqualTypeOf<Tensor4D>();
    expect((await imageGrid(images)).width).toBeGreaterThan(0);
    expect((await imageGrid(gan.generate({ latents, average: false }))).width).toBeGreaterThan(0);
    expectTypeOf(gan.networks.generator.predict(latents)).toExtend<Tensor | Tensor[]>();
    const { generator, discriminator } = networks();
    const made: Tensor4D = generator.predict(latents);
    expectTypeOf(discriminator.predict(made)).toEqualTypeOf<Tensor2D>();
    expectTypeOf(unetGenerator).returns.toHaveProperty('layers');

    // of a network of one's own the rank is what the program says it is
    const points = createGAN({
      generator: sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] }),
      discriminator: sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] }),
      loss: Losses.wasserstein(),
    });
    const drawn: Tensor2D = points.generate({ latents: zeros([5, 3]) });
    expectTypeOf(points.generate({ latents: zeros([5, 3]) })).toEqualTypeOf<Tensor>();
    expect(drawn.shape).toEqual([5, 2]);
    const wide: GAN = gan;
    expect(wide.latentSize).toBe(2);
  });

  it('take critics of images, and say so', async () => {
    const { discriminator } = networks();
    const critic = (x: Tensor4D) => discriminator.apply(x) as Tensor2D;
    const slope = inputGradient(critic, real());
    expectTypeOf(slope).toEqualTypeOf<Tensor4D>();
    const typed: Critic<Tensor4D> = critic;
    const any: Critic = (x) => square(x);
    const penalty = new GradientPenalty({ weight: 10 });
    const batch = { real: real(), fake: real() };
    const value: Scalar = mul(penalty.compute(typed, batch), penalty.weight);
    expect((await value.data())[0]).toBeGreaterThanOrEqual(0);
    expect((await penalty.compute(any, { ...batch }).data())[0]).toBeGreaterThanOrEqual(0);
    expect((await penalty.compute((x) => square(x), batch).data())[0]).toBeGreaterThanOrEqual(0);

    /** A penalty of one's own, as its author would type it. */
    class Size implements Penalty {
      readonly weight = 1;
      readonly every = 1;
      compute(critic: Critic, { real }: { real: Tensor }): Scalar {
        return mean(square(critic(real)));
      }
    }
    const gan = createGAN({ ...networks(), loss: Losses.hinge(), penalty: new Size() });
    expect((await gan.trainStep({ real: real() })).discriminator).toBeGreaterThan(0);

    const check = await checkGradients((x: Tensor4D) => square(x), real());
    expect(check.ok).toBe(true);
    expect((await checkGradients((x) => square(x), real())).ok).toBe(true);
    expect((await checkGradients((x, y) => mul(x, y), [real(), real()])).ok).toBe(true);
    const logits = functionalCall(discriminator, {}, real());
    expectTypeOf(logits).toEqualTypeOf<Tensor<Rank>>();
    const ranked: Tensor2D = functionalCall(discriminator, {}, real());
    expect(ranked.shape).toEqual(logits.shape);
    const shown: Tensor4D = new ImagePool().query(real());
    expect(shown.shape).toEqual([2, 8, 8, 1]);
  });
});
