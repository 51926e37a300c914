import { memory } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { dcganDiscriminator } from '../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { saveAndLoad } from '../helpers/save_and_load.js';

const NORMS = [
  { normalization: 'none' },
  { normalization: 'batch' },
  { normalization: 'instance' },
  { normalization: 'none', spectralNorm: true },
] as const;
const kinds = (model: LayersModel) => model.layers.map((layer) => layer.getClassName());

const SIDES = [
  [64, 3],
  [32, 3],
  [28, 1],
  [48, 1],
] as const;

// cpu takes seconds for what these do in milliseconds
describe.each(BACKENDS.filter((name) => name !== 'cpu'))('DCGAN on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(NORMS)('with %o', (norm) => {
    it.each(SIDES.filter(([side]) => !ON_GPU || side < 32))(
      'makes and judges images of %i × %i',
      async (side, channels) => {
        const imageShape = [side, side, channels] as const;
        const generator = dcganGenerator({ imageShape, latentSize: 6, filters: 2, ...norm });
        const discriminator = dcganDiscriminator({ imageShape, filters: 2, ...norm });
        const z = new RandomStream(1).normal([3, 6]);
        const images = generator.predict(z) as Tensor;
        expect(images.shape).toEqual([3, side, side, channels]);
        const values = await images.data();
        expect(values.every((value) => Math.abs(value) <= 1)).toBe(true);
        expect(new Set(values).size).toBeGreaterThan(10);
        const logits = discriminator.apply(images, { training: true }) as Tensor;
        expect(logits.shape).toEqual([3, 1]);
        expect((await logits.data()).every(Number.isFinite)).toBe(true);
      },
    );
  });

  it('survives saving and loading', async () => {
    const imageShape = [28, 28, 1] as const;
    const x = new RandomStream(1).uniform([2, 28, 28, 1], -1, 1);
    for (const norm of NORMS) {
      const model = dcganDiscriminator({ imageShape, filters: 2, ...norm, seed: 2 });
      model.apply(x, { training: true });
      const copy = await saveAndLoad(model);
      expect(await (copy.predict(x) as Tensor).data()).toEqual(
        await (model.predict(x) as Tensor).data(),
      );
    }
  });

  it('takes spectral normalization alone, or beside another one that is asked for', () => {
    const namesOf = (options: object) =>
      dcganDiscriminator({ imageShape: [16, 16, 1], filters: 2, ...options }).layers.map(
        (layer) => `${layer.getClassName()} ${layer.name}`,
      );
    expect(namesOf({}).join()).toContain('conv2_norm');
    const alone = namesOf({ spectralNorm: true });
    expect(alone.join()).not.toContain('_norm');
    expect(alone.filter((name) => name.includes('SpectralNormalization'))).toHaveLength(3);
    expect(namesOf({ spectralNorm: true, normalization: 'instance' }).join()).toContain(
      'InstanceNormalization conv2_norm',
    );
  });

  it('gives all its memory back', () => {
    const build = () =>
      dcganGenerator({
        ...{ imageShape: [28, 28, 1], latentSize: 6, filters: 2, spectralNorm: true },
      }).dispose();
    build();
    const before = memory().numTensors;
    build();
    expect(memory().numTensors).toBe(before);
  });
});

describe('DCGAN', () => {
  beforeAll(() => useBackend('cpu'));

  it('has the parameters of the tutorial at 28 × 28', () => {
    const imageShape = [28, 28, 1] as const;
    // 100·12544 + 2·12544, 25·256·128 + 2·128, 25·128·64 + 2·64, 25·64
    const generator = dcganGenerator({ imageShape });
    const trainable = (model: LayersModel) =>
      model.trainableWeights.reduce(
        (n, w) => n + (w.shape as number[]).reduce((a, b) => a * b, 1),
        0,
      );
    expect(trainable(generator)).toBe(1_254_400 + 25_088 + 819_200 + 256 + 204_800 + 128 + 1_600);
    const discriminator = dcganDiscriminator({ imageShape });
    expect(trainable(discriminator)).toBe(1_600 + 64 + 204_800 + 128 + 6_272 + 1);
    expect(kinds(discriminator).filter((kind) => kind === 'GanKitDropout').length).toBe(2);
    expect(kinds(generator).at(-1)).toBe('Activation');
  });

  it('has the channels of the paper at 64 × 64', () => {
    const shapes = dcganGenerator().layers.map((layer) =>
      (layer.outputShape as number[]).slice(1).join('×'),
    );
    for (const shape of ['4×4×1024', '8×8×512', '16×16×256', '32×32×128', '64×64×3'])
      expect(shapes).toContain(shape);
    const seen = dcganDiscriminator().layers.map((layer) =>
      (layer.outputShape as number[]).slice(1).join('×'),
    );
    for (const shape of ['32×32×64', '16×16×128', '8×8×256', '4×4×512', '1'])
      expect(seen).toContain(shape);
  });

  it('puts batch normalization where the paper does: not at the image', () => {
    const generator = dcganGenerator({ imageShape: [32, 32, 3], filters: 2 });
    const discriminator = dcganDiscriminator({ imageShape: [32, 32, 3], filters: 2 });
    const norms = (model: LayersModel) =>
      model.layers
        .filter((layer) => layer.getClassName() === 'GanKitBatchNormalization')
        .map(({ name }) => name);
    expect(norms(generator)).toEqual(['project_norm', 'deconv1_norm', 'deconv2_norm']);
    expect(norms(discriminator)).toEqual(['conv2_norm', 'conv3_norm']);
  });

  it('is a function of its seed', async () => {
    const kernel = async (seed: number) => {
      const model = dcganDiscriminator({ imageShape: [28, 28, 1], filters: 2, seed });
      return model.getWeights()[0]!.data();
    };
    expect(await kernel(3)).toEqual(await kernel(3));
    expect(await kernel(3)).not.toEqual(await kernel(4));
  });

  it.each([
    [
      () => dcganGenerator({ imageShape: [30, 30, 1] }),
      /`imageShape` must be \[m·2ᵏ, n·2ᵏ, channels\] with .* Received: \[30, 30, 1\]/,
    ],
    [() => dcganGenerator({ imageShape: [32, 28, 1] }), /\[m·2ᵏ, n·2ᵏ, channels\]/],
    [
      () => dcganGenerator({ imageShape: [28, 28] as never }),
      /`imageShape` must be \[height, width, channels\]/,
    ],
    [
      () => dcganGenerator({ latentSize: 0 }),
      /dcganGenerator: `latentSize` must be an integer >= 1/,
    ],
    [
      () => dcganGenerator({ normalization: 'layer' as never }),
      /one of 'instance', 'batch', 'none'/,
    ],
    [
      () => dcganDiscriminator({ dropout: 1 }),
      /dcganDiscriminator: `dropout` must be a finite number >= 0 and < 1/,
    ],
    [() => dcganDiscriminator({ filters: 1.5 }), /`filters` must be an integer >= 1/],
    [() => dcganGenerator({ outerBias: 'no' as never }), /`outerBias` must be true or false/],
    [() => dcganDiscriminator({ kernelSize: 1 }), /`kernelSize` must be an integer >= 2/],
    [() => dcganDiscriminator({ form: 'big' as never }), /one of 'paper', 'tutorial'/],
    [() => dcganDiscriminator({ negativeSlope: 2 }), /`negativeSlope`/],
    [() => dcganDiscriminator({ stddev: 0 }), /`stddev` must be a finite number > 0/],
    [() => dcganDiscriminator({ latentSize: 3 } as never), /Received: "latentSize"/],
    [() => dcganDiscriminator({ seed: -1 }), /`seed` must be an integer >= 0/],
  ])('refuses bad input, case %#', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('initializeWeights', () => {
  beforeAll(() => useBackend('cpu'));

  it('draws kernels and scales from their laws, and leaves the rest', async () => {
    const model = dcganGenerator({ imageShape: [32, 32, 3], filters: 8, stddev: 0.05, seed: 1 });
    for (const { path, variable } of namedWeights(model)) {
      const values = await variable.read().data<'float32'>();
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
      if (path.endsWith('kernel')) {
        expect(Math.abs(mean)).toBeLessThan(0.003);
        expect(deviation).toBeAllclose(0.05, { rtol: 0.05 });
      } else if (path.endsWith('gamma')) expect(mean).toBeAllclose(1, { rtol: 0.05 });
      else if (path.endsWith('bias') || path.endsWith('beta')) expect(deviation).toBe(0);
    }
  });

  it('refuses bad input', () => {
    const model = dcganDiscriminator({ imageShape: [28, 28, 1], filters: 2 });
    expect(() => initializeWeights(model, { stddev: -1 })).toThrow(
      /`stddev` must be a finite number > 0/,
    );
    expect(() => initializeWeights(model, { seed: 0.5 })).toThrow(/`seed`/);
    expect(() => initializeWeights(model, { gain: 1 } as never)).toThrow(/Received: "gain"/);
    expect(() => initializeWeights({} as never)).toThrow(/`model` must be a LayersModel/);
  });
});
