export type { Augmentation } from './augmentation/augmentation.js';
export { diffAugment } from './augmentation/diff_augment.js';
export type { DiffAugmentOptions, DiffAugmentPart } from './augmentation/diff_augment.js';
export { labelDistribution } from './core/condition_distribution.js';
export type {
  ConditionDistribution,
  LabelDistributionOptions,
  RandomSource,
} from './core/condition_distribution.js';
export type { Condition } from './core/conditions.js';
export { createSystem } from './core/create_system.js';
export type { System } from './core/create_system.js';
export type { Player } from './core/player.js';
export type { Named, Owned, Recipe, Step, SystemOptions } from './core/recipe.js';
export { ScalarState } from './core/scalar_state.js';
export type { StepOptions } from './core/step_options.js';
export type { UpdateCounts } from './core/update_counts.js';
export { dualityGap } from './diagnostics/duality_gap.js';
export type { DualityGap, DualityGapOptions } from './diagnostics/duality_gap.js';
export { adaGANWeights } from './ensembles/ada_gan_weights.js';
export type {
  AdaGANWeighting,
  AdaGANWeights,
  AdaGANWeightsOptions,
} from './ensembles/ada_gan_weights.js';
export { Mixture } from './ensembles/mixture.js';
export type { MixtureDraw, MixtureOptions } from './ensembles/mixture.js';
export { ExponentialMovingAverage } from './exponential_moving_average.js';
export type { ExponentialMovingAverageOptions } from './exponential_moving_average.js';
export { GradientMonitor } from './gradient_monitor.js';
export type { GradientMonitorOptions, GradientReport } from './gradient_monitor.js';
export { ImagePool } from './history/image_pool.js';
export type { ImagePoolOptions } from './history/image_pool.js';
export type { GeneratorHistoryOptions } from './history/generator_history.js';
export { ReplayBuffer } from './history/replay_buffer.js';
export type { Replayed, ReplayBufferOptions } from './history/replay_buffer.js';
export { interpolateLatents } from './interpolate_latents.js';
export type { InterpolateLatentsOptions } from './interpolate_latents.js';
export { sampleLatents } from './latents.js';
export type { LatentDistribution, SampleLatentsOptions } from './latents.js';
export { noteLosses } from './loop/note_losses.js';
export type { LossCurve, LossHistory } from './loop/note_losses.js';
export type { Batches } from './loop/batch_source.js';
export { runSteps } from './loop/run_steps.js';
export type { RunSignal } from './loop/run_signal.js';
export type { RunStepsOptions, StepEvent, StepRhythm, StepsRun } from './loop/run_steps_options.js';
export { adam, Adam } from './optimizers/adam.js';
export type { AdamOptions } from './optimizers/adam.js';
export type { GradientOptions } from './optimizers/gradient_options.js';
export { HYPERPARAMETERS } from './optimizers/hyperparameters.js';
export type { HyperparameterSetting } from './optimizers/hyperparameters.js';
export { linearDecay } from './optimizers/linear_decay.js';
export type { LinearDecayOptions } from './optimizers/linear_decay.js';
export type { NamedGradient } from './optimizers/listed_gradients.js';
export { rmsprop, RMSProp } from './optimizers/rmsprop.js';
export type { RMSPropOptions } from './optimizers/rmsprop.js';
export { sgd, SGD } from './optimizers/sgd.js';
export type { SGDOptions } from './optimizers/sgd.js';
export { stepDecay } from './optimizers/step_decay.js';
export type { StepDecayOptions } from './optimizers/step_decay.js';
export { SlotOptimizer } from './optimizers/slot_optimizer.js';
export type { Updated, UpdateRule } from './optimizers/update_rule.js';
export { randomSource } from './random_source.js';
export type { RandomSourceOptions } from './random_source.js';
export { shuffledBatch } from './shuffled_batch.js';
export type { ShuffledBatchOptions } from './shuffled_batch.js';
export { checkpointOf } from './state/checkpoint_of.js';
export type { CheckpointPart } from './state/checkpoint_of.js';
export { createAdaGAN } from './systems/ada_gan.js';
export type { AdaGAN, AdaGANLosses, AdaGANOptions, WeakGAN } from './systems/ada_gan_options.js';
export { createBEGAN } from './systems/began.js';
export type { BEGAN, BEGANLosses, BEGANOptions } from './systems/began.js';
export { createCycleGAN } from './systems/cycle_gan.js';
export type { CycleGAN, CycleGANBatch, CycleGANLosses } from './systems/cycle_gan.js';
export type { CycleGANOptions } from './systems/cycle_gan_options.js';
export { createGAN } from './systems/gan.js';
export type { GAN, GANBatch, GANLosses } from './systems/gan_members.js';
export type { FeatureMatchingOptions } from './step/feature_matching.js';
export type { HistoricalAveragingOptions } from './step/historical_average.js';
export type { LatentOptimizationOptions } from './step/latent_optimization.js';
export type { LeCamOptions } from './step/le_cam.js';
export type { ClassifierOptions, GANOptions } from './systems/gan_options.js';
export { createPix2Pix } from './systems/pix2pix.js';
export type { Pix2Pix, Pix2PixBatch, Pix2PixLosses } from './systems/pix2pix.js';
export type { Pix2PixOptions } from './systems/pix2pix_options.js';
export { createProgressiveGAN } from './systems/progressive_gan.js';
export type { ProgressiveGAN, ProgressiveGANLosses } from './systems/progressive_gan.js';
export type { ProgressiveGANOptions } from './systems/progressive_gan_options.js';
export { createStackedGAN } from './systems/stacked_gan.js';
export type { StackedGAN, StackedGANBatch } from './systems/stacked_gan.js';
export type { StackedGANOptions, StackLevel } from './systems/stacked_gan_options.js';
export type { StackedGANLosses, StackWeights } from './systems/stacked_losses.js';
export type { StackMode } from './systems/stacked_mode.js';
export type {
  StackDraws,
  StackedGANInput,
  StackedReconstruction,
} from './systems/stacked_sampling.js';
export { createSemiSupervisedGAN } from './systems/semi_supervised_gan.js';
export type { SemiSupervisedGAN, SemiSupervisedLosses } from './systems/semi_supervised_gan.js';
export type {
  SemiSupervisedBatch,
  SemiSupervisedGANOptions,
} from './systems/semi_supervised_options.js';
export { createUnrolledGAN } from './systems/unrolled_gan.js';
export type { UnrolledGAN, UnrolledGANLosses, UnrolledGANOptions } from './systems/unrolled_gan.js';
export type { BesideShapes, TranslationSystemOptions } from './systems/translation_options.js';
export type { TranslationMode } from './translate.js';
export { clipWeights } from './weight_clipping.js';
export type { ClipWeightsOptions } from './weight_clipping.js';
