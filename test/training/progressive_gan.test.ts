import { avgPool, concat, fill, image, ones, train } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { progressiveDiscriminator } from '../../src/models/progressive_discriminator.js';
import { progressiveGenerator } from '../../src/models/progressive_generator.js';
import { createProgressiveGAN } from '../../src/training/systems/progressive_gan.js';
import type { ProgressiveGAN } from '../../src/training/systems/progressive_gan.js';
import type { ProgressiveGANOptions } from '../../src/training/systems/progressive_gan_options.js';
import { imagesOfStage } from '../../src/training/systems/progressive_images.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { weightsOf } from './translation_systems.js';

const LATENT = 3;
const size = (pixels: number) =>
  ({ imageShape: [pixels, pixels, 2], baseChannels: 16, maxChannels: 4 }) as const;
const networks = (pixels = 16) => ({
  generator: progressiveGenerator({ ...size(pixels), latentSize: LATENT, seed: 1 }),
  discriminator: progressiveDiscriminator({ ...size(pixels), seed: 2 }),
});
const build = (options: Partial<ProgressiveGANOptions> = {}): ProgressiveGAN =>
  createProgressiveGAN({ ...networks(), stableImages: 8, fadeImages: 12, seed: 5, ...options });
const images = (k: number, pixels = 16, count = 4) =>
  new RandomStream(9).seek(k).uniform([count, pixels, pixels, 2], -1, 1) as Tensor4D;
const latents = () => new RandomStream(3).normal([4, LATENT]);
const values = async (x: Tensor) => Float32Array.from(await x.data());

/** Steps over batches first … last − 1. */
async function over(gan: ProgressiveGAN, first: number, last: number, count = 4) {
  const losses = [];
  for (let k = first; k < last; k++) {
    const real = images(k, 16, count);
    losses.push(await gan.trainStep({ real }));
    real.dispose();
  }
  return losses;
}
const freed = (gan: ProgressiveGAN): void => {
  gan.dispose();
  for (const network of Object.values(gan.networks)) network.dispose();
};

describe('createProgressiveGAN', () => {
  beforeAll(() => useBackend(FASTEST));

  it('grows by the images shown, as the authors’ schedule does', async () => {
    const [stable, fade] = [8, 12];
    /** Their level of detail: how many times the images are halved, with a fraction while a stage fades in. */
    const lod = (shown: number) => {
      const past = Math.floor(shown / (stable + fade));
      const rest = shown - past * (stable + fade);
      return Math.max(0, 2 - past - Math.max(0, rest - stable) / fade);
    };
    for (const count of [4, 3]) {
      const gan = build();
      for (let shown = 0; shown < 48; shown += count) {
        const detail = lod(shown);
        expect(gan.images).toBe(shown);
        expect(gan.stage, `after ${shown}`).toBe(2 - Math.floor(detail));
        expect(gan.fade, `after ${shown}`).toBeCloseTo(detail - Math.floor(detail), 10);
        expect(gan.resolution).toBe(16 / 2 ** Math.floor(detail));
        for (const network of Object.values(gan.networks)) {
          const { 'fade/t': t } = await weightsOf(network);
          expect(t![0]).toBeCloseTo(gan.fade, 6);
        }
        const real = images(0, gan.resolution, count);
        await gan.trainStep({ real }, { read: false });
        real.dispose();
      }
      freed(gan);
    }
  });

  it('may have a length for each stage, and none for a fade', async () => {
    const gan = build({ stableImages: [3, 11], fadeImages: [0, 8] });
    const stages: [number, number][] = [];
    for (let k = 0; k < 6; k++) {
      await over(gan, k, k + 1);
      stages.push([gan.stage, gan.fade]);
    }
    const eight = [1, 0];
    expect(stages).toEqual([eight, eight, eight, [2, 1 - 2 / 8], [2, 1 - 6 / 8], [2, 0]]);
    freed(gan);
  });

  it('makes what it made before, of twice the size, when a stage begins', async () => {
    const gan = build({ growth: 'manual', ema: { decay: 0.5 } });
    await over(gan, 0, 3);
    const z = latents();
    for (const stage of [1, 2]) {
      const before = [true, false].map((average) => gan.generate({ latents: z, average }));
      expect(await values(before[0]!)).not.toEqual(await values(before[1]!));
      gan.grow();
      expect([gan.stage, gan.fade]).toEqual([stage, 1]);
      for (const [i, average] of [true, false].entries()) {
        const [, height, width] = before[i]!.shape;
        const doubled = image.resizeNearestNeighbor(before[i]!, [2 * height, 2 * width]);
        const now = gan.generate({ latents: z, average });
        expect(await values(now)).toEqual(await values(doubled));
      }
      await over(gan, 10, 13);
      expect([gan.stage, gan.fade]).toEqual([stage, 0]);
    }
    freed(gan);
  });

  it('moves the weights of its stage alone', async () => {
    const gan = build();
    /** Trains, and names the layers that moved in both networks. */
    const movedIn = async (steps: number) => {
      const all = Object.values(gan.networks);
      const before = await Promise.all(all.map(weightsOf));
      await over(gan, 0, steps);
      const after = await Promise.all(all.map(weightsOf));
      return after.map((weights, i) =>
        Object.keys(weights)
          .filter((path) => path.endsWith('kernel'))
          .filter((path) => weights[path]!.join() !== before[i]![path]!.join())
          .map((path) => path.split('/')[0]!)
          .sort(),
      );
    };
    const always = [
      ['project', 'conv4'],
      ['conv4', 'dense', 'logit'],
    ] as const;
    for (const [steps, own] of [
      [3, ['image4']],
      [3, ['image4', 'conv8_a', 'conv8_b', 'image8']],
      [2, ['conv8_a', 'conv8_b', 'image8']],
    ] as const)
      expect(await movedIn(steps)).toEqual(always.map((names) => [...names, ...own].sort()));
    freed(gan);
  });

  it('averages between the updates of D and G, the weights of all stages', async () => {
    const gan = build({ ema: { decay: 0.75 }, criticSteps: 2 });
    const path = 'project/kernel';
    const [average, weight] = [
      async () => (await values(gan.ema!.namedWeights[path]!))[0]!,
      async () => (await weightsOf(gan.networks.generator))[path]![0]!,
    ];
    const start = await weight();
    await over(gan, 0, 2);
    expect(gan.steps).toEqual({ discriminator: 2, generator: 1 });
    expect(await average()).toBe(start); // G moved after both updates of the average
    const first = await weight();
    expect(first).not.toBe(start);
    await over(gan, 2, 4);
    const twice = first + 0.75 ** 2 * (start - first);
    expect(await average()).toBeCloseTo(twice, 5);
    freed(gan);
  });

  it.each([
    ['startAndEnd', [1, 2, 1, 2, 3, 1, 2]],
    ['start', [1, 2, 1, 2, 3, 4, 5]],
    ['never', [1, 2, 3, 4, 5, 6, 7]],
  ] as const)('forgets the moments of optimizers: %s', async (resetOptimizers, steps) => {
    const gan = build({ stableImages: [7, 1000], resetOptimizers });
    const made: number[] = [];
    for (let k = 0; k < steps.length; k++) {
      const before = gan.optimizers.discriminator.iterations;
      await over(gan, k, k + 1);
      made.push(before + 1);
      expect(gan.optimizers.generator.iterations).toBe(gan.optimizers.discriminator.iterations);
    }
    expect(made).toEqual(steps);
    freed(gan);
  });

  it('cuts images down by the mean of their pixels, and blurs them in a fade', async () => {
    const x = images(0);
    const pool = (x: Tensor4D) => avgPool(x, 2, 2, 'valid');
    const [eight, four] = [pool(x), pool(pool(x))];
    const close = async (got: Tensor, wanted: Tensor | Float32Array) =>
      expect(await values(got)).toBeAllclose(
        wanted instanceof Float32Array ? wanted : await values(wanted),
        { rtol: 1e-6, atol: 1e-7 },
      );
    await close(
      imagesOfStage(x, 16, () => 0),
      x,
    );
    await close(
      imagesOfStage(x, 8, () => 0),
      eight,
    );
    await close(
      imagesOfStage(x, 4, () => 0),
      four,
    );
    const [own, blurred] = [
      await values(eight),
      await values(image.resizeNearestNeighbor(four, [8, 8])),
    ];
    const mixed = own.map((value, i) => 0.7 * value + 0.3 * blurred[i]!);
    await close(
      imagesOfStage(x, 8, () => 0.3),
      mixed,
    );
    await close(
      imagesOfStage(eight, 8, () => 0.3),
      mixed,
    );
  });

  it('has the penalty and the drift of a critic that is constant', async () => {
    const gan = build({ target: 3, penaltyWeight: 7, drift: 0.5, ema: false });
    for (const { path, variable } of namedWeights(gan.networks.discriminator))
      if (path === 'logit/kernel') variable.write(fill(variable.shape as number[], 0));
      else if (path === 'logit/bias') variable.write(fill([1], 2));
    const losses = (await over(gan, 0, 1))[0]!;
    expect(losses.discriminator).toBe(0);
    expect(losses.penalty).toBeCloseTo((7 / 3 ** 2) * 3 ** 2, 3);
    expect(losses.drift).toBeCloseTo(0.5 * 2 ** 2, 5);
    expect(losses.generator).not.toBe(-2); // D has moved
    expect(losses.generator).toBeCloseTo(-2, 1);
    freed(gan);
  });

  it('goes on from a state of any stage, in a new system or one that is further', async () => {
    const whole = build();
    const states = [];
    for (let k = 0; k < 10; k++) {
      states.push(await whole.state());
      await over(whole, k, k + 1);
    }
    const end = await whole.state();
    for (const k of [0, 1, 4, 6, 8]) {
      const fresh = build({ seed: 8 });
      await fresh.restore(states[k]!);
      await over(fresh, k, 10);
      expect(await fresh.state(), `from ${k}`).toEqual(end);
      freed(fresh);
    }
    await whole.restore(states[2]!);
    expect(await whole.state()).toEqual(states[2]);
    await over(whole, 2, 10);
    expect(await whole.state()).toEqual(end);
    freed(whole);
  });

  it.each(['grows', 'fades', 'ends a fade'])(
    'undoes a step that is not finite when it %s',
    async (when) => {
      const gan = build();
      const steps = { grows: 2, fades: 3, 'ends a fade': 4 }[when]!;
      await over(gan, 0, steps);
      const state = await gan.state();
      const real = concat<Tensor4D>([images(20, 16, 3), fill([1, 16, 16, 2], NaN)]);
      await expect(gan.trainStep({ real })).rejects.toThrow(/finite/);
      expect(await gan.state()).toEqual(state);
      const other = build();
      await other.restore(state);
      expect(await over(gan, 5, 8)).toEqual(await over(other, 5, 8));
      freed(gan);
      freed(other);
    },
  );

  it('takes optimizers of tfjs if they need not forget', async () => {
    const optimizers = { generator: train.adam(1e-3, 0, 0.99), discriminator: train.adam(1e-3) };
    expect(() => build({ optimizers } as never)).toThrow(
      /`optimizers.generator` must be an optimizer of gan-kit, .*'never'/s,
    );
    const gan = build({ optimizers, resetOptimizers: 'never' } as never);
    await over(gan, 0, 6);
    const state = await gan.state();
    expect([gan.stage, gan.fade]).toEqual([2 - 1, 0]);
    await over(gan, 6, 9);
    const end = await gan.state();
    await gan.restore(state);
    await over(gan, 6, 9);
    expect(await gan.state()).toEqual(end);
    freed(gan);
  });

  it('refuses to grow in a fade and beyond its last stage', async () => {
    const gan = build({ growth: 'manual' });
    gan.grow();
    expect(() => gan.grow()).toThrow(/ProgressiveGAN.grow: `this` must be a system without a fade/);
    await over(gan, 0, 3);
    gan.grow();
    await over(gan, 0, 3);
    expect(() => gan.grow()).toThrow(/`this` must be before its last stage/);
    expect(gan.stage).toBe(2);
    freed(gan);
  });

  it('refuses a state of another schedule or another loss', async () => {
    const state = await build().state();
    for (const options of [
      { stableImages: 9 },
      { fadeImages: [12, 11] },
      { growth: 'manual' },
      { target: 2 },
      { penaltyWeight: 9 },
      { drift: 0 },
      { criticSteps: 3 },
      { resetOptimizers: 'start' },
    ] as const)
      await expect(build(options).restore(state)).rejects.toThrow(
        new RegExp(`\`${Object.keys(options)[0]}\` must be .*, as here`),
      );
    const other = createProgressiveGAN({ ...networks(8), stableImages: 8, fadeImages: 12 });
    await expect(other.restore(state)).rejects.toThrow(/must be/);
  });

  it.each<[string, () => object, RegExp]>([
    [
      'other stages',
      () => ({ discriminator: networks(8).discriminator }),
      /with the stages 4, 8, 16\. Received: "4, 8"/,
    ],
    [
      'a network that does not grow',
      () => ({ generator: networks().generator.stages[0]!.stable }),
      /`generator` must be a network such as progressiveGenerator\(\) makes/,
    ],
    [
      'other channels',
      () => ({ discriminator: progressiveDiscriminator({ ...size(16), imageShape: [16, 16, 1] }) }),
      /must be one that sees images \[4,4,2\] at first/,
    ],
    [
      'a number too few',
      () => ({ fadeImages: [1] }),
      /`fadeImages` must be a number or a list of 2/,
    ],
    [
      'a stage without images',
      () => ({ stableImages: [1, 0] }),
      /`stableImages\[1\]` must be a finite number > 0/,
    ],
    ['no target', () => ({ target: 0 }), /`target` must be a finite number > 0/],
    ['one optimizer for both', () => ({ optimizers: { generator: train.sgd(1) } }), /optimizers/],
  ])('refuses %s', (_, make, message) => {
    expect(() => build(make())).toThrow(message);
  });

  it('refuses images of another size or number of channels', async () => {
    const gan = build({ growth: 'manual' });
    for (const [shape, message] of [
      [[4, 12, 12, 2], /`batch.real` must be images of 4x4, 8x8, 16x16/],
      [[4, 16, 8, 2], /images of 4x4/],
      [[4, 32, 32, 2], /images of 4x4/],
      [[4, 16, 16, 1], /`batch.real`/],
    ] as const)
      await expect(gan.trainStep({ real: ones([...shape]) })).rejects.toThrow(message);
    gan.grow();
    await expect(gan.trainStep({ real: images(0, 4) })).rejects.toThrow(/of 8x8, 16x16/);
    await expect(gan.trainStep({ real: images(0, 16, 6) })).rejects.toThrow(
      /minibatchStandardDeviation/,
    );
    expect(() => gan.generate({ latents: ones([1, 7]) })).toThrow(/`latents`/);
    expect(() => build({ ema: false }).generate({ latents: latents(), average: true })).toThrow(
      /`average` must be false without an average/,
    );
    freed(gan);
  });
});
