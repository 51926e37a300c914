export { beganAutoencoder } from './began_autoencoder.js';
export { beganGenerator } from './began_generator.js';
export type { BEGANNetworkOptions } from './began_plan.js';
export { dcganDiscriminator } from './dcgan_discriminator.js';
export type { DCGANDiscriminatorOptions } from './dcgan_discriminator.js';
export { dcganGenerator } from './dcgan_generator.js';
export type { DCGANGeneratorOptions } from './dcgan_generator.js';
export type { DCGANOptions, ImageShape } from './dcgan_plan.js';
export { inceptionV3 } from './inception_v3.js';
export type { InceptionV3Options } from './inception_v3.js';
export { initializeByData } from './initialize_by_data.js';
export { initializeWeights } from './initialize_weights.js';
export type { InitializeWeightsOptions } from './initialize_weights.js';
export type { Normalization } from './normalization.js';
export { patchDiscriminator } from './patch_discriminator.js';
export type { PatchDiscriminatorOptions } from './patch_discriminator.js';
export { pixelDiscriminator } from './pixel_discriminator.js';
export type { PixelDiscriminatorOptions } from './pixel_discriminator.js';
export { progressiveDiscriminator } from './progressive_discriminator.js';
export type { ProgressiveDiscriminatorOptions } from './progressive_discriminator.js';
export { progressiveGenerator } from './progressive_generator.js';
export type { ProgressiveGeneratorOptions } from './progressive_generator.js';
export type {
  ProgressiveNetwork,
  ProgressiveOptions,
  ProgressiveStage,
} from './progressive_plan.js';
export { residualDiscriminator } from './residual_discriminator.js';
export type { ResidualDiscriminatorOptions } from './residual_discriminator.js';
export { residualGenerator } from './residual_generator.js';
export type { ResidualGeneratorOptions } from './residual_generator.js';
export type { ResidualForm, ResidualOptions } from './residual_plan.js';
export { resnetGenerator } from './resnet_generator.js';
export type { ResnetGeneratorOptions } from './resnet_generator.js';
export type { TranslationDiscriminatorOptions } from './translation_discriminator.js';
export type { TranslationOptions, TranslationShape } from './translation_plan.js';
export { unetGenerator } from './unet_generator.js';
export type { UnetGeneratorOptions } from './unet_generator.js';
