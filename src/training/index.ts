export { adam, Adam } from './adam.js';
export type { AdamOptions } from './adam.js';
export { checkpointOf } from './checkpoint_of.js';
export type { CheckpointPart } from './checkpoint_of.js';
export type { Condition } from './core/conditions.js';
export { labelDistribution } from './core/condition_distribution.js';
export type {
  ConditionDistribution,
  LabelDistributionOptions,
  RandomSource,
} from './core/condition_distribution.js';
export { createSystem } from './core/create_system.js';
export type { StepOptions, System } from './core/create_system.js';
export type { Player } from './core/player.js';
export type { Named, Recipe, Step, SystemOptions } from './core/recipe.js';
export { ScalarState } from './core/scalar_state.js';
export { ExponentialMovingAverage } from './exponential_moving_average.js';
export type { ExponentialMovingAverageOptions } from './exponential_moving_average.js';
export { GradientMonitor } from './gradient_monitor.js';
export type { GradientMonitorOptions, GradientReport } from './gradient_monitor.js';
export { HYPERPARAMETERS } from './hyperparameters.js';
export type { HyperparameterSetting } from './hyperparameters.js';
export { ImagePool } from './image_pool.js';
export type { ImagePoolOptions } from './image_pool.js';
export { sampleLatents } from './latents.js';
export type { LatentDistribution, SampleLatentsOptions } from './latents.js';
export { linearDecay } from './linear_decay.js';
export type { LinearDecayOptions } from './linear_decay.js';
export { rmsprop, RMSProp } from './rmsprop.js';
export type { RMSPropOptions } from './rmsprop.js';
export { sgd, SGD } from './sgd.js';
export type { SGDOptions } from './sgd.js';
export { shuffledBatch } from './shuffled_batch.js';
export type { ShuffledBatchOptions } from './shuffled_batch.js';
export { SlotOptimizer } from './slot_optimizer.js';
export type { NamedGradient, Updated, UpdateRule } from './slot_optimizer.js';
export { createCycleGAN } from './systems/cycle_gan.js';
export type { CycleGAN, CycleGANBatch, CycleGANLosses } from './systems/cycle_gan.js';
export type { CycleGANOptions } from './systems/cycle_gan_options.js';
export { createGAN } from './systems/gan.js';
export type { GAN, GANBatch, GANLosses } from './systems/gan.js';
export type { GANOptions } from './systems/gan_options.js';
export { createPix2Pix } from './systems/pix2pix.js';
export type { Pix2Pix, Pix2PixBatch, Pix2PixLosses } from './systems/pix2pix.js';
export type { Pix2PixOptions } from './systems/pix2pix_options.js';
export type { TranslationMode } from './translate.js';
export { clipWeights } from './weight_clipping.js';
export type { ClipWeightsOptions } from './weight_clipping.js';
