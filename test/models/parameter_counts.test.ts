import { zeros } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { beganAutoencoder } from '../../src/models/began_autoencoder.js';
import { beganGenerator } from '../../src/models/began_generator.js';
import { patchDiscriminator } from '../../src/models/patch_discriminator.js';
import { pixelDiscriminator } from '../../src/models/pixel_discriminator.js';
import { progressiveDiscriminator } from '../../src/models/progressive_discriminator.js';
import { progressiveGenerator } from '../../src/models/progressive_generator.js';
import { residualDiscriminator } from '../../src/models/residual_discriminator.js';
import { residualGenerator } from '../../src/models/residual_generator.js';
import { resnetGenerator } from '../../src/models/resnet_generator.js';
import type { Normalization } from '../../src/models/normalization.js';
import { unetGenerator } from '../../src/models/unet_generator.js';
import { useBackend } from '../helpers/backends.js';

// drawing 400 million weights takes longer than counting them
vi.mock(import('../../src/models/initialize_weights.js'), async (importOriginal) => ({
  ...(await importOriginal()),
  initializeWeights: () => undefined,
}));
vi.spyOn(RandomStream.prototype, 'normal').mockImplementation((shape) => zeros([...shape]));
vi.mock(import('../../src/models/glorot_weights.js'), () => ({ glorotWeights: () => undefined }));

type Row = [normalization: Normalization, count: number];
const COLOUR = [256, 256, 3] as const;

function expectCount(model: LayersModel, count: number): void {
  const sizes = model.trainableWeights.map(({ shape }) =>
    (shape as number[]).reduce((product, axis) => product * axis, 1),
  );
  expect(sizes.reduce((total, size) => total + size, 0)).toBe(count);
  model.dispose();
}

/** The trainable parameters of pytorch-CycleGAN-and-pix2pix, 64 filters, RGB. */
describe('parameter counts of the reference', () => {
  beforeAll(() => useBackend('cpu'));

  it.each<Row>([
    ['instance', 11_378_179],
    ['batch', 11_383_427],
    ['none', 11_372_931],
  ])('resnet_9blocks, %s', (normalization, count) => {
    expectCount(resnetGenerator({ inputShape: COLOUR, normalization }), count);
  });

  it.each<Row>([
    ['instance', 7_837_699],
    ['batch', 7_841_411],
    ['none', 7_833_987],
  ])('resnet_6blocks, %s', (normalization, count) => {
    expectCount(resnetGenerator({ inputShape: COLOUR, blocks: 6, normalization }), count);
  });

  it.each<Row>([
    ['batch', 54_413_955],
    ['instance', 54_409_603],
    ['none', 54_404_099],
  ])('unet_256, %s', (normalization, count) => {
    expectCount(unetGenerator({ inputShape: COLOUR, normalization }), count);
  });

  it.each<Row>([
    ['batch', 41_828_995],
    ['instance', 41_825_667],
    ['none', 41_821_187],
  ])('unet_128, %s', (normalization, count) => {
    const inputShape = [128, 128, 3] as const;
    expectCount(unetGenerator({ inputShape, downsamplings: 7, normalization }), count);
  });

  it.each<[...Row, channels: number]>([
    ['instance', 2_764_737, 3],
    ['batch', 2_765_633, 3],
    ['none', 2_763_841, 3],
    ['batch', 2_768_705, 6],
    ['instance', 2_767_809, 6],
  ])('PatchGAN, %s, %i parameters, %i channels', (normalization, count, channels) => {
    expectCount(patchDiscriminator({ inputShape: [256, 256, channels], normalization }), count);
  });

  it.each([
    [1, 136_385],
    [2, 662_977],
    [4, 6_959_553],
    [5, 11_154_369],
  ])('PatchGAN of %i layers, instance', (layers, count) => {
    expectCount(patchDiscriminator({ inputShape: COLOUR, layers }), count);
  });

  it('pixel discriminator, instance and batch', () => {
    expectCount(pixelDiscriminator({ inputShape: COLOUR }), 8_705);
    const inputShape = [256, 256, 6] as const;
    expectCount(pixelDiscriminator({ inputShape, normalization: 'batch' }), 9_024);
  });
});

/** The trainable parameters of tkarras/progressive_growing_of_gans and pytorch_GAN_zoo. */
describe('parameter counts of Progressive GAN', () => {
  beforeAll(() => useBackend('cpu'));
  const ofCIFAR10 = { baseChannels: 4096, maxChannels: 128 };
  const ofMNIST = { baseChannels: 512, maxChannels: 64 };

  it.each<[size: number, channels: number, options: object, ofG: number, ofD: number]>([
    [4, 3, {}, 6_556_163, 6_561_793],
    [8, 3, {}, 11_277_318, 11_283_457],
    [16, 3, {}, 15_998_473, 16_005_121],
    [32, 3, {}, 20_719_628, 20_726_785],
    [32, 1, {}, 20_715_524, 20_722_689],
    [1024, 3, {}, 23_079_115, 23_087_249],
    [1024, 3, { form: 'zoo' }, 23_086_795, 23_087_249],
    [32, 3, ofCIFAR10, 1_296_908, 1_298_689],
    [32, 1, ofMNIST, 278_180, 279_073],
    [32, 1, { ...ofMNIST, baseChannels: 256 }, 211_220, 212_081],
  ])('%i², %i channels, %o', (size, channels, options, ofG, ofD) => {
    const imageShape = [size, size, channels] as const;
    expectCount(progressiveGenerator({ imageShape, ...options }), ofG);
    expectCount(progressiveDiscriminator({ imageShape, ...options }), ofD);
  });
});

/** The trainable parameters of carpedm20/BEGAN-tensorflow, counted from its layers. */
describe('parameter counts of BEGAN', () => {
  beforeAll(() => useBackend('cpu'));

  it.each([
    [128, 64, 64, 3, 1_716_611, 13_405_379],
    [64, 64, 64, 3, 563_395, 4_011_651],
    [128, 64, 128, 3, 2_011_779, 23_221_443],
    [64, 64, 32, 1, 488_385, 2_308_673],
    [32, 32, 32, 1, 123_361, 578_849],
    [16, 32, 32, 1, 47_857, 211_105],
  ])('n = %i, z = %i, %i × %i × %i', (filters, latentSize, size, channels, generator, whole) => {
    const options = { imageShape: [size, size, channels] as const, filters, latentSize };
    expectCount(beganGenerator(options), generator);
    expectCount(beganAutoencoder(options), whole);
    // the first convolution of each size but 8 × 8 takes the skip's n channels, too
    const skips = (Math.log2(size) - 3) * 9 * filters ** 2;
    expectCount(beganGenerator({ ...options, skips: true }), generator + skips);
    expectCount(beganAutoencoder({ ...options, skips: true }), whole + skips);
  });
});

/** The trainable parameters of SN-GAN's, WGAN-GP's and mimicry's code; those of 64 and 128 for RGB, 64 filters. */
describe('parameter counts of residual networks', () => {
  beforeAll(() => useBackend('cpu'));
  const square = (size: number) => [size, size, 3] as const;

  it.each([
    ['SN-GAN 32', { imageShape: square(32) }, 4_276_739],
    ['SN-GAN 48', { imageShape: square(48) }, 4_878_083],
    ['SN-GAN 64', { imageShape: square(64) }, 12_220_675],
    ['SN-GAN 128', { imageShape: square(128) }, 32_150_787],
    ['cGAN-PD 32', { classes: 10 }, 4_304_387],
    ['SAGAN 32', { classes: 10, attention: 16, spectralNorm: true }, 4_386_308],
    ['SAGAN 128', { imageShape: square(128), classes: 1000, attention: 32 }, 42_078_852],
    ['WGAN-GP 32 of mimicry', { form: 'wgan-gp', filters: 256 }, 4_276_739],
    ['WGAN-GP 32', { form: 'wgan-gp' }, 1_204_483],
    ['WGAN-GP 48 of mimicry', { form: 'wgan-gp', imageShape: square(48) }, 4_878_083],
    ['WGAN-GP 64', { form: 'wgan-gp', imageShape: square(64) }, 8_540_483],
  ] as const)('generator of %s', (_, options, count) => {
    expectCount(residualGenerator(options), count);
  });

  it.each([
    ['SN-GAN 32', { outerBias: false }, 1_053_824],
    ['SN-GAN 32 of mimicry', { skipInput: 'relu' }, 1_053_825],
    ['SAGAN 32', { classes: 10, attention: 8 }, 1_075_586],
    [
      'SAGAN 128',
      { imageShape: square(128), classes: 1000, attention: 32, hidden: 'output' },
      39_463_618,
    ],
    ['cGAN-PD 32', { classes: 10, outerBias: false }, 1_055_104],
    ['cGAN-PD 32 of mimicry', { classes: 10, skipInput: 'relu' }, 1_055_105],
    ['SN-GAN 48', { imageShape: square(48) }, 10_141_441],
    ['SN-GAN 64', { imageShape: square(64) }, 10_141_441],
    ['SN-GAN 128', { imageShape: square(128) }, 29_017_857],
    ['WGAN-GP 32', { form: 'wgan-gp' }, 1_053_825],
    ['WGAN-GP 32 with layer norm', { form: 'wgan-gp', normalization: 'layer' }, 1_055_361],
    ['WGAN-GP 48 of mimicry', { form: 'wgan-gp', imageShape: square(48) }, 10_141_441],
    ['WGAN-GP 64', { form: 'wgan-gp', imageShape: square(64) }, 7_491_841],
  ] as const)('discriminator of %s', (_, options, count) => {
    expectCount(residualDiscriminator(options), count);
  });
});
