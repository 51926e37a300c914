export { loadBackend } from './backend/load_backend.js';
export type { LoadBackendOptions } from './backend/load_backend.js';
export type { BackendName } from './backend/backend_names.js';
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
  SavedState,
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
export * from './io/index.js';
export * from './layers/index.js';
export * from './metrics/index.js';
export * from './models/index.js';
export * from './ops/index.js';
export * from './penalties/index.js';
export * from './training/index.js';
