export { attentionMap } from './attention/attention_map.js';
export { selfAttention, SelfAttention } from './attention/self_attention.js';
export type { SelfAttentionOptions } from './attention/self_attention.js';
export { conv2d, Conv2D } from './conv2d.js';
export type { Conv2DOptions } from './conv2d.js';
export { conv2dTranspose, Conv2DTranspose } from './conv2d_transpose.js';
export type { Conv2DTransposeOptions } from './conv2d_transpose.js';
export { dropout, Dropout } from './dropout.js';
export type { DropoutOptions } from './dropout.js';
export { gaussianNoise, GaussianNoise } from './gaussian_noise.js';
export type { GaussianNoiseOptions } from './gaussian_noise.js';
export { leakyReLU, LeakyReLU } from './leaky_relu.js';
export type { LeakyReLUOptions } from './leaky_relu.js';
export { minibatchDiscrimination, MinibatchDiscrimination } from './minibatch_discrimination.js';
export type { MinibatchDiscriminationOptions } from './minibatch_discrimination.js';
export {
  minibatchStandardDeviation,
  MinibatchStandardDeviation,
} from './minibatch_standard_deviation.js';
export type { MinibatchStandardDeviationOptions } from './minibatch_standard_deviation.js';
export { withFrozenMasks } from './modes/frozen_masks.js';
export { withFrozenStatistics } from './modes/frozen_statistics.js';
export { withFrozenPowerIteration } from './modes/power_iteration_mode.js';
export { batchNormalization, BatchNormalization } from './normalization/batch_normalization.js';
export type { BatchNormalizationOptions } from './normalization/batch_normalization.js';
export {
  conditionalBatchNormalization,
  ConditionalBatchNormalization,
} from './normalization/conditional_batch_normalization.js';
export type { ConditionalBatchNormalizationOptions } from './normalization/conditional_batch_normalization.js';
export { groupNormalization, GroupNormalization } from './normalization/group_normalization.js';
export type { GroupNormalizationOptions } from './normalization/group_normalization.js';
export {
  instanceNormalization,
  InstanceNormalization,
} from './normalization/instance_normalization.js';
export type { InstanceNormalizationOptions } from './normalization/instance_normalization.js';
export {
  addReferenceBatch,
  AddReferenceBatch,
  removeReferenceBatch,
  RemoveReferenceBatch,
} from './normalization/reference_batch.js';
export type {
  AddReferenceBatchOptions,
  RemoveReferenceBatchOptions,
} from './normalization/reference_batch.js';
export {
  virtualBatchNormalization,
  VirtualBatchNormalization,
} from './normalization/virtual_batch_normalization.js';
export type { VirtualBatchNormalizationOptions } from './normalization/virtual_batch_normalization.js';
export { pixelNormalization, PixelNormalization } from './normalization/pixel_normalization.js';
export type { PixelNormalizationOptions } from './normalization/pixel_normalization.js';
export { pixelShuffle, PixelShuffle } from './pixel_shuffle.js';
export type { PixelShuffleOptions } from './pixel_shuffle.js';
export { projection, Projection } from './projection.js';
export type { ProjectionOptions } from './projection.js';
export { recompute, Recompute } from './recompute.js';
export type { RecomputeOptions } from './recompute.js';
export { reflectionPadding2d, ReflectionPadding2D } from './reflection_padding_2d.js';
export type { ReflectionPadding2DOptions } from './reflection_padding_2d.js';
export {
  equalizedLearningRate,
  EqualizedLearningRate,
} from './reparametrization/equalized_learning_rate.js';
export type { EqualizedLearningRateOptions } from './reparametrization/equalized_learning_rate.js';
export {
  weightNormalization,
  WeightNormalization,
} from './reparametrization/weight_normalization.js';
export type { WeightNormalizationOptions } from './reparametrization/weight_normalization.js';
export { registerLayers } from './serialization/register_layers.js';
export { removeSpectralNormalization } from './spectral/remove_spectral_normalization.js';
export { spectralNormalization, SpectralNormalization } from './spectral/spectral_normalization.js';
export type { SpectralNormalizationOptions } from './spectral/spectral_normalization.js';
export { advancePowerIteration, spectralNorms } from './spectral/spectral_norms.js';
export type { LayerTraits } from './traits.js';
export { upSampling2d, UpSampling2D } from './up_sampling_2d.js';
export type { UpSampling2DOptions } from './up_sampling_2d.js';
export { functionalCall } from './weights/functional_call.js';
export { namedWeights } from './weights/named_weights.js';
export type { LayerVariable, NamedWeight } from './weights/named_weights.js';
