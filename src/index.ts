export { loadBackend } from './backend/load_backend.js';
export type { LoadBackendOptions } from './backend/load_backend.js';
export type { BackendName } from './backend/candidate.js';
export type { LoadedBackend } from './backend/choose_backend.js';
export { GanKitError, isGanKitError } from './errors.js';
export type { GanKitErrorCode } from './errors.js';
export type {
  AdversarialLoss,
  Critic,
  DiscriminatorOutputs,
  GeneratorOutputs,
  Penalty,
  PieceState,
  Reduction,
  StateArray,
  Stateful,
  StateValue,
  TrainingSystem,
} from './types.js';

export * as Losses from './losses/index.js';
export * as Metrics from './metrics/index.js';
export * as Models from './models/index.js';
export * from './layers/index.js';
export * from './training/index.js';
