import type { BackendInUse } from '../backend/backend_choice.js';
import type { Look } from './look.js';
import type { Settings } from './settings.js';

/** What the page asks of the worker. */
export type Order =
  | { readonly kind: 'start'; readonly settings: Settings; readonly running: boolean }
  | { readonly kind: 'run' | 'pause' | 'step' };

/** What the worker tells the page. */
export type Report =
  | { readonly kind: 'backend'; readonly backend: BackendInUse }
  | { readonly kind: 'data'; readonly points: Float32Array }
  | ({ readonly kind: 'look' } & Progress & Look)
  | { readonly kind: 'error'; readonly message: string };

/** How far a run is. */
export interface Progress {
  /** Number of generator steps. */
  readonly step: number;
  readonly stepsPerSecond: number;
  readonly discriminatorLoss: number | undefined;
  readonly generatorLoss: number | undefined;
}
