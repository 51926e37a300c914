export { loadBackend } from './backend/load_backend.js';
export type { LoadBackendOptions } from './backend/load_backend.js';
export type { BackendName } from './backend/candidate.js';
export type { LoadedBackend } from './backend/choose_backend.js';
export { GanKitError, isGanKitError } from './errors.js';
export type { GanKitErrorCode, GanKitErrorDetails } from './errors.js';
export type {
  AdjustableOptimizer,
  AdversarialLoss,
  Critic,
  DiscriminatorOutputs,
  GeneratorOutputs,
  ModelOf,
  Penalty,
  PieceState,
  Reduction,
  StateArray,
  StateValue,
  Stateful,
  TrainingSystem,
} from './types.js';

export { checkGradients } from './gradcheck/check_gradients.js';
export type { CheckGradientsOptions } from './gradcheck/check_gradients.js';
export type { GradientStatus, GradientVerdict } from './gradcheck/check_derivatives.js';
export { GradientCheck } from './gradcheck/gradient_check.js';
export type { GradientCheckRow } from './gradcheck/gradient_check.js';
export type { TensorFunction } from './gradcheck/probe.js';
export { enableSecondOrderGradients } from './gradients/enable_second_order_gradients.js';
export { installKernels } from './kernels/install.js';
export * as Losses from './losses/index.js';
export * as Metrics from './metrics/index.js';
export * as Models from './models/index.js';
export {
  advancePowerIteration,
  BatchNormalization,
  batchNormalization,
  Conv2D,
  conv2d,
  Conv2DTranspose,
  conv2dTranspose,
  Dropout,
  dropout,
  EqualizedLearningRate,
  equalizedLearningRate,
  GroupNormalization,
  groupNormalization,
  functionalCall,
  InstanceNormalization,
  instanceNormalization,
  LeakyReLU,
  leakyReLU,
  namedWeights,
  PixelShuffle,
  pixelShuffle,
  Recompute,
  recompute,
  ReflectionPadding2D,
  reflectionPadding2d,
  registerLayers,
  removeSpectralNormalization,
  SpectralNormalization,
  spectralNormalization,
  spectralNorms,
  WeightNormalization,
  weightNormalization,
  withFrozenMasks,
  withFrozenPowerIteration,
  withFrozenStatistics,
} from './layers/index.js';
export type {
  BatchNormalizationArgs,
  Conv2DArgs,
  Conv2DTransposeArgs,
  DropoutArgs,
  EqualizedLearningRateArgs,
  GroupNormalizationArgs,
  InstanceNormalizationArgs,
  LayerVariable,
  LeakyReLUArgs,
  NamedWeight,
  PixelShuffleArgs,
  RecomputeArgs,
  ReflectionPadding2DArgs,
  SpectralNormalizationArgs,
  WeightNormalizationArgs,
} from './layers/index.js';
export { dragan, GradientPenalty, inputGradient, r1, r2 } from './penalties/index.js';
export type {
  DraganOptions,
  GradientPenaltyOptions,
  InputGradientOptions,
  PenaltyBatch,
  SamplingPoint,
  ZeroCentredOptions,
} from './penalties/index.js';
export {
  Adam,
  adam,
  checkpointOf,
  clipWeights,
  createCycleGAN,
  createGAN,
  createPix2Pix,
  CycleGAN,
  ExponentialMovingAverage,
  GAN,
  GradientMonitor,
  HYPERPARAMETERS,
  ImagePool,
  linearDecay,
  Pix2Pix,
  RMSProp,
  rmsprop,
  sampleLatents,
  SGD,
  sgd,
  shuffledBatch,
  SlotOptimizer,
} from './training/index.js';
export type {
  AdamOptions,
  ClipWeightsOptions,
  CycleGANBatch,
  CycleGANLosses,
  CycleGANOptions,
  ExponentialMovingAverageOptions,
  GANBatch,
  GANLosses,
  GANOptions,
  GradientMonitorOptions,
  GradientReport,
  HyperparameterSetting,
  ImagePoolOptions,
  LatentDistribution,
  LinearDecayOptions,
  NamedGradient,
  Pix2PixBatch,
  Pix2PixLosses,
  Pix2PixOptions,
  RMSPropOptions,
  SampleLatentsOptions,
  SGDOptions,
  ShuffledBatchOptions,
  StepOptions,
  TranslationMode,
  Updated,
  UpdateRule,
} from './training/index.js';
