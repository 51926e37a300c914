export { dcganDiscriminator } from './dcgan_discriminator.js';
export type { DCGANDiscriminatorArgs } from './dcgan_discriminator.js';
export { dcganGenerator } from './dcgan_generator.js';
export type { DCGANGeneratorArgs } from './dcgan_generator.js';
export type { DCGANArgs, ImageShape, Normalization } from './dcgan_plan.js';
export { inceptionV3 } from './inception_v3.js';
export type { InceptionV3Args } from './inception_v3.js';
export { initializeWeights } from './initialize_weights.js';
export type { InitializeWeightsOptions } from './initialize_weights.js';
export { patchDiscriminator } from './patch_discriminator.js';
export type { PatchDiscriminatorArgs } from './patch_discriminator.js';
export { pixelDiscriminator } from './pixel_discriminator.js';
export type { PixelDiscriminatorArgs } from './pixel_discriminator.js';
export { resnetGenerator } from './resnet_generator.js';
export type { ResnetGeneratorArgs } from './resnet_generator.js';
export type { TranslationDiscriminatorArgs } from './translation_discriminator.js';
export type {
  TranslationArgs,
  TranslationNormalization,
  TranslationShape,
} from './translation_plan.js';
export { unetGenerator } from './unet_generator.js';
export type { UnetGeneratorArgs } from './unet_generator.js';
