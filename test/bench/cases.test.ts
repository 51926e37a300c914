import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import {
  convolutionName,
  memoryCases,
  penaltyProducts,
  stepCase,
  stepCases,
  stepProducts,
} from '../../bench/cases/cases.js';
import type { Product } from '../../bench/cases/cases.js';
import { discriminatorLayers, generatorLayers } from '../../bench/cases/networks.js';
import {
  dcganDiscriminator,
  dcganGenerator,
  residualDiscriminator,
  residualGenerator,
} from '../../src/models/index.js';

const counts = (products: readonly Product[]) =>
  Object.fromEntries(
    products.map(({ convolution, times }) => [convolutionName(convolution), times]),
  );
const kernels = (weights: { shape: (number | null)[] }[]) =>
  weights
    .map(({ shape }) => shape as number[])
    .filter(({ length }) => length > 1)
    .map((shape) => (shape.length === 2 ? [1, 1, ...shape] : shape));
const named = (start: string) => stepCases().find(({ name }) => name.startsWith(start))!;

describe('the steps of the benchmark', () => {
  // counted by hand, layer by layer
  it('DCGAN-28 is made of as many products as its passes have', () => {
    expect(counts(named('DCGAN-28').products)).toEqual({
      '[64,28,28,1]×[5,5,1,64] /2': 10, // D: 3 forward, 2 d filter, 1 d input; G: 2, 1, 1
      '[64,14,14,64]×[5,5,64,128] /2': 12, // D: 3, 2, 3; G: 2, 1, 1
      '[64,7,7,128]×[5,5,128,256]': 4, // G
      '[1,1,64,6272]×[1,1,6272,1]': 8, // D
      '[1,1,64,100]×[1,1,100,12544]': 3, // G, whose latent vectors need no gradient
    });
  });

  it('SN-DCGAN-32 is made of as many products as its passes have', () => {
    expect(counts(named('SN-DCGAN-32').products)).toEqual({
      '[64,32,32,3]×[5,5,3,64] /2': 6,
      '[64,16,16,64]×[5,5,64,128] /2': 8,
      '[64,8,8,128]×[5,5,128,256] /2': 8,
      '[1,1,64,4096]×[1,1,4096,1]': 8,
      '[1,1,64,100]×[1,1,100,8192]': 3,
      '[64,8,8,256]×[5,5,256,512] /2': 4,
      '[64,16,16,128]×[5,5,128,256] /2': 4,
      '[64,32,32,3]×[5,5,3,128] /2': 4,
    });
  });

  it('the penalty adds forward, d input, d filter and the tangent, which ends before the last layer', () => {
    const { step, without, products } = named('WGAN-GP on DCGAN');
    expect(counts(products)).toEqual({
      '[64,28,28,1]×[5,5,1,64] /2': 4,
      '[64,14,14,64]×[5,5,64,128] /2': 4,
      '[1,1,64,6272]×[1,1,6272,1]': 3,
    });
    expect(products).toEqual(penaltyProducts(without!));
    expect({ ...step, gradientPenalty: undefined }).toEqual({
      ...without,
      gradientPenalty: undefined,
    });
  });

  it.each([
    ['none', 28, 1],
    ['spectral', 32, 3],
    ['spectral', 64, 3],
  ] as const)(
    'layers are those of the models of the library: %s, %i pixels',
    (normalization, size, colours) => {
      const image = [size, size, colours] as const;
      const step = stepCase({ image, batch: 5, normalization, loss: 'hinge' }, 0);
      const discriminator = dcganDiscriminator({
        imageShape: image,
        normalization: 'none',
        spectralNorm: normalization === 'spectral',
      });
      const generator = dcganGenerator({ imageShape: image });
      expect(discriminatorLayers(step).map(({ filter }) => filter)).toEqual(
        kernels(discriminator.trainableWeights),
      );
      expect(generatorLayers(step).map(({ filter }) => filter)).toEqual(
        kernels(generator.trainableWeights),
      );
      for (const model of [discriminator, generator]) model.dispose();
    },
  );

  it('a step of a residual critic is made of as many products as its passes have', () => {
    expect(counts(named('WGAN-GP ResNet').products)).toEqual({
      '[32,32,32,3]×[3,3,3,128]': 8, // D: 2 forward, 2 d filter; the penalty 4
      '[32,32,32,128]×[3,3,128,128]': 12, // D: 2, 2, 2; 4; G: 2
      '[32,16,16,3]×[1,1,3,128]': 8,
      '[32,16,16,128]×[3,3,128,128]': 22, // two layers of D: 12; 8; G: 2
      '[32,8,8,128]×[1,1,128,128]': 11, // D: 6; 4; G: 1
      '[32,8,8,128]×[3,3,128,128]': 42, // four layers of D: 24; 16; G: 2
      '[1,1,32,128]×[1,1,128,1]': 9, // D: 6; 3
      '[1,1,32,100]×[1,1,100,2048]': 1, // G
      '[32,4,4,128]×[1,1,128,128]': 1,
      '[32,16,16,128]×[1,1,128,128]': 1,
      '[32,32,32,128]×[3,3,128,3]': 1,
    });
  });

  it('residual layers are those of the models of the library', () => {
    const { step } = named('WGAN-GP ResNet');
    const options = { imageShape: [32, 32, 3], filters: 128, form: 'wgan-gp' } as const;
    const discriminator = residualDiscriminator(options);
    const generator = residualGenerator({ ...options, latentSize: 100 });
    const { image, batch, normalization, loss, residual } = step;
    expect({ image, batch, normalization, loss, residual }).toEqual({
      ...{ image: options.imageShape, batch: 32, residual: options.filters },
      ...{ normalization: 'none', loss: 'wasserstein' },
    });
    expect(discriminatorLayers(step).map(({ filter }) => filter)).toEqual(
      kernels(discriminator.trainableWeights),
    );
    expect(generatorLayers(step).map(({ filter }) => filter)).toEqual(
      kernels(generator.trainableWeights),
    );
    for (const model of [discriminator, generator]) model.dispose();
  });

  it('a product of several layers is counted once, and their times together', () => {
    const step = stepCase({ image: [8, 8, 1], batch: 2, normalization: 'none', loss: 'hinge' }, 0);
    // D's one convolution, 1 → 64, and G's one, 128 → 1, the gradient of 1 → 128
    expect(counts(stepProducts(step))).toEqual({
      '[2,8,8,1]×[5,5,1,64] /2': 6,
      '[1,1,2,1024]×[1,1,1024,1]': 8,
      '[1,1,2,100]×[1,1,100,2048]': 3,
      '[2,8,8,1]×[5,5,1,128] /2': 4,
    });
  });

  it('memory is measured over growing batches, and over growing images', () => {
    const cases = memoryCases();
    expect(cases.map(({ step: { batch } }) => batch)).toEqual([16, 32, 64, 128, 16, 16]);
    expect(cases.map(({ step: { image } }) => image[0])).toEqual([28, 28, 28, 28, 32, 64]);
  });
});
