export { dcganDiscriminator } from './dcgan_discriminator.js';
export type { DCGANDiscriminatorArgs } from './dcgan_discriminator.js';
export { dcganGenerator } from './dcgan_generator.js';
export type { DCGANGeneratorArgs } from './dcgan_generator.js';
export type { DCGANArgs, ImageShape, Normalization } from './dcgan_plan.js';
export { initializeWeights } from './initialize_weights.js';
export type { InitializeWeightsOptions } from './initialize_weights.js';
