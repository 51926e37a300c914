import { memory, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { hinge } from '../../src/losses/hinge.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { residualDiscriminator } from '../../src/models/residual_discriminator.js';
import { residualGenerator } from '../../src/models/residual_generator.js';
import { labelDistribution } from '../../src/training/core/condition_distribution.js';
import { samplesAreIndependent } from '../../src/training/step/independent_samples.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { saveAndLoad } from '../helpers/save_and_load.js';

const FORMS = ['sn-gan', 'wgan-gp'] as const;
const SIZES = [32, 48, 64, 128] as const;

/** The maps between the blocks of a network: height × channels. */
const mapsOf = (model: LayersModel): string[] =>
  model.layers
    .filter(({ name }) => /^(reshape|stem|block\d+_add)$/.test(name))
    .map(({ outputShape }) => {
      const [, height, , channels] = outputShape as number[];
      return `${height}×${channels}`;
    });

describe.each(BACKENDS.filter((name) => name !== 'cpu'))('residual networks on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(FORMS.flatMap((form) => SIZES.map((size) => [form, size] as const)))(
    '%s of %i pixels makes and judges images',
    async (form, size) => {
      if (ON_GPU && size > 32) return;
      const imageShape = [size, size, 1] as const;
      const generator = residualGenerator({ form, imageShape, latentSize: 6, filters: 1 });
      const discriminator = residualDiscriminator({ form, imageShape, filters: 1 });
      const images = generator.predict(new RandomStream(1).normal([3, 6])) as Tensor;
      expect(images.shape).toEqual([3, ...imageShape]);
      const values = await images.data();
      expect(values.every((value) => Math.abs(value) <= 1)).toBe(true);
      expect(new Set(values).size).toBeGreaterThan(100);
      const logits = discriminator.apply(images, { training: true }) as Tensor;
      expect(logits.shape).toEqual([3, 1]);
      expect((await logits.data()).every(Number.isFinite)).toBe(true);
    },
  );

  it.skipIf(ON_GPU)('survive saving and loading', async () => {
    const z = new RandomStream(1).normal([3, 4]);
    const x = new RandomStream(1).uniform([2, 32, 32, 3], -1, 1);
    for (const [model, input] of [
      [residualGenerator({ filters: 2, latentSize: 4, interpolation: 'bilinear', seed: 2 }), z],
      [residualDiscriminator({ filters: 2, skipInput: 'relu', seed: 2 }), x],
      [residualDiscriminator({ filters: 2, form: 'wgan-gp', normalization: 'layer' }), x],
    ] as const) {
      model.apply(input, { training: true });
      const copy = await saveAndLoad(model);
      expect(await (copy.predict(input) as Tensor).data()).toEqual(
        await (model.predict(input) as Tensor).data(),
      );
    }
  });

  it.skipIf(ON_GPU)('of classes make and judge images by their labels, and train', async () => {
    const options = { imageShape: [32, 32, 1], filters: 2, classes: 3, seed: 1 } as const;
    const generator = residualGenerator({ ...options, latentSize: 4 });
    const discriminator = residualDiscriminator(options);
    initializeWeights(generator, { stddev: 0.3, seed: 2 }); // scales of classes that differ
    const z = new RandomStream(1).normal([1, 4]);
    const [one, again, other] = await Promise.all(
      [1, 1, 2].map(async (label) => {
        const y = tensor([[label]]);
        const image = generator.predict([z, y]) as Tensor;
        expect(image.shape).toEqual([1, 32, 32, 1]);
        const judged = [y, tensor([[0]])].map((y) => discriminator.predict([image, y]) as Tensor);
        const logits = await Promise.all(judged.map((logit) => logit.data()));
        expect(logits[0]).not.toEqual(logits[1]);
        return image.data();
      }),
    );
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);

    const fakeCondition = labelDistribution({ classes: 3 });
    const gan = createGAN({ generator, discriminator, loss: hinge(), fakeCondition });
    const real = new RandomStream(3).uniform([2, 32, 32, 1], -1, 1);
    const losses = await gan.trainStep({ real, condition: tensor([[0], [2]]) });
    expect(Object.keys(losses)).toEqual(['discriminator', 'generator']);
    gan.dispose();
  });

  it('give all their memory back', () => {
    const build = () => {
      residualGenerator({ filters: 2, latentSize: 4, spectralNorm: true }).dispose();
      residualDiscriminator({ filters: 2 }).dispose();
    };
    build();
    const before = memory().numTensors;
    build();
    expect(memory().numTensors).toBe(before);
  });
});

describe('residual networks', () => {
  beforeAll(() => useBackend('cpu'));

  it.each([
    ['sn-gan', 32, '4×3 8×3 16×3 32×3', '16×3 8×3 8×3 8×3'],
    ['sn-gan', 48, '6×24 12×12 24×6 48×3', '24×3 12×6 6×12 3×24 3×48'],
    ['sn-gan', 64, '4×48 8×24 16×12 32×6 64×3', '32×3 16×6 8×12 4×24 2×48'],
    ['sn-gan', 128, '4×48 8×48 16×24 32×12 64×6 128×3', '64×3 32×6 16×12 8×24 4×48 4×48'],
    ['wgan-gp', 48, '6×24 12×12 24×6 48×3', '24×3 12×6 6×12 3×24 3×48'],
    ['wgan-gp', 64, '4×24 8×24 16×12 32×6 64×3', '64×3 32×6 16×12 8×24 4×24'],
  ] as const)('have the maps of %s at %i', (form, size, generated, judged) => {
    const imageShape = [size, size, 3] as const;
    const options = { form, imageShape, filters: 3 };
    expect(mapsOf(residualGenerator({ ...options, latentSize: 2 })).join(' ')).toBe(generated);
    expect(mapsOf(residualDiscriminator(options)).join(' ')).toBe(judged);
  });

  it('have a 1×1 convolution at the lower resolution, and none where nothing changes', () => {
    const sizeOf = (model: LayersModel, name: string) =>
      (model.getLayer(name).outputShape as number[])[1];
    const discriminator = residualDiscriminator({ filters: 1 });
    expect(sizeOf(discriminator, 'block1_skip')).toBe(16);
    expect(sizeOf(discriminator, 'block2_skip')).toBe(8);
    expect(() => discriminator.getLayer('block3_skip')).toThrow();
    expect(sizeOf(residualGenerator({ filters: 1 }), 'block1_skip')).toBe(4);
  });

  it('draw kernels from ±gain·√(6/fans); biases are 0, scales 1', async () => {
    for (const [model, gained] of [
      [residualGenerator({ filters: 24, seed: 1 }), /^block\d_[ab]\//],
      [residualDiscriminator({ filters: 24, seed: 1 }), /^block\d_[ab]\//],
      [
        residualGenerator({ imageShape: [64, 64, 3], filters: 4, form: 'wgan-gp' }),
        /^(block\d_[ab]|output)\//,
      ],
    ] as const)
      for (const { path, variable } of namedWeights(model)) {
        const values = await variable.read().data<'float32'>();
        const shape = variable.shape as number[];
        if (path.endsWith('kernel')) {
          const fans =
            shape.slice(0, -2).reduce((a, b) => a * b, 1) * (shape.at(-2)! + shape.at(-1)!);
          const bound = Math.sqrt(((gained.test(path) ? 2 : 1) * 6) / fans);
          const most = Math.max(...values.map(Math.abs));
          expect(most, path).toBeLessThanOrEqual(bound * (1 + 1e-6));
          expect(most, path).toBeGreaterThan(0.7 * bound);
          if (values.length < 2000) continue;
          const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
          expect(Math.sqrt(3 * square), path).toBeAllclose(bound, { rtol: 0.04 });
        } else if (/bias$|beta$/.test(path))
          expect(values.every((value) => value === 0)).toBe(true);
        else if (path.endsWith('gamma')) expect(values.every((value) => value === 1)).toBe(true);
      }
  });

  it('have attention behind the first map of its size, normalized as all else is', () => {
    const image = { imageShape: [48, 48, 1], filters: 1 } as const;
    const generator = residualGenerator({ ...image, latentSize: 2, attention: 24 });
    const before = (model: LayersModel) =>
      (model.getLayer('attention').input as SymbolicTensor).sourceLayer.name;
    expect(before(generator)).toBe('block2_add');
    expect(generator.getLayer('attention').getClassName()).toBe('GanKitSelfAttention');
    const discriminator = residualDiscriminator({
      imageShape: [32, 32, 1],
      filters: 1,
      attention: 8,
    });
    expect(before(discriminator)).toBe('block2_add');
    expect(discriminator.getLayer('attention').getClassName()).toBe('GanKitSpectralNormalization');
    expect(() => residualGenerator({ ...image, attention: 6 })).toThrow(
      /`attention` must be one of 12, 24, 48, the sizes of maps. Received: 6/,
    );
    expect(() => residualDiscriminator({ ...image, attention: 3 })).toThrow(
      /`attention` must be one of 24, 12, 6, the sizes/,
    );
  });

  it('are functions of their seeds', async () => {
    const weights = async (model: LayersModel) =>
      Promise.all(model.getWeights().map(async (weight) => [...(await weight.data())]));
    for (const make of [
      (seed: number) => residualGenerator({ filters: 2, latentSize: 3, seed }),
      (seed: number) => residualDiscriminator({ filters: 2, seed }),
    ]) {
      expect(await weights(make(3))).toEqual(await weights(make(3)));
      expect(await weights(make(3))).not.toEqual(await weights(make(4)));
    }
  });

  it('treat samples apart where no batch normalization is', () => {
    expect(samplesAreIndependent(residualDiscriminator({ filters: 1 }))).toBe(true);
    expect(samplesAreIndependent(residualDiscriminator({ filters: 1, form: 'wgan-gp' }))).toBe(
      true,
    );
    expect(
      samplesAreIndependent(residualDiscriminator({ filters: 1, normalization: 'batch' })),
    ).toBe(false);
  });

  it('have the ε of the code that they follow', () => {
    const epsilons = (options: object) =>
      residualGenerator({ filters: 1, ...options })
        .layers.filter(({ name }) => name.endsWith('_norm'))
        .map((layer) => (layer as unknown as { epsilon: number }).epsilon);
    expect(new Set(epsilons({}))).toEqual(new Set([2e-5]));
    expect(new Set(epsilons({ form: 'wgan-gp' }))).toEqual(new Set([1e-5]));
    expect(new Set(epsilons({ epsilon: 1e-3 }))).toEqual(new Set([1e-3]));
  });

  it.each([
    [
      () => residualGenerator({ imageShape: [28, 28, 1] }),
      /residualGenerator: `imageShape` must be \[size, size, channels\] with a size of 32, 48, 64 or 128\. Received: \[28, 28, 1\]/,
    ],
    [() => residualDiscriminator({ imageShape: [32, 64, 1] }), /with a size of 32, 48/],
    [() => residualGenerator({ classes: 0 }), /`classes` must be an integer >= 1/],
    [
      () => residualGenerator({ classes: 2, normalization: 'instance' }),
      /`normalization` must be 'batch' where there are `classes`\. Received: "instance"/,
    ],
    [() => residualDiscriminator({ classes: 1.5 }), /`classes` must be an integer >= 1/],
    [() => residualGenerator({ latentSize: 0 }), /`latentSize` must be an integer >= 1/],
    [() => residualGenerator({ filters: 0.5 }), /`filters` must be an integer >= 1/],
    [() => residualGenerator({ form: 'gan' as never }), /one of 'sn-gan', 'wgan-gp'/],
    [() => residualGenerator({ interpolation: 'cubic' as never }), /'nearest', 'bilinear'/],
    [() => residualGenerator({ normalization: 'layer' as never }), /'instance', 'batch', 'none'/],
    [() => residualGenerator({ epsilon: 0 }), /`epsilon` must be a finite number > 0/],
    [() => residualGenerator({ seed: -1 }), /`seed` must be an integer >= 0/],
    [() => residualDiscriminator({ normalization: 'group' as never }), /'batch', 'none', 'layer'/],
    [() => residualDiscriminator({ pooling: 'max' as never }), /one of 'sum', 'mean', 'none'/],
    [() => residualDiscriminator({ skipInput: 'leaky' as never }), /one of 'raw', 'relu'/],
    [() => residualDiscriminator({ outerBias: 1 as never }), /`outerBias` must be true or false/],
    [() => residualDiscriminator({ latentSize: 3 } as never), /Received: "latentSize"/],
  ])('refuse bad input, case %#', (call, message) => {
    expect(call).toThrow(message);
  });
});
