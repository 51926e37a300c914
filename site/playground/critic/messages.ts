import type { GradientCheckRow } from 'gan-kit';
import type { BackendInUse } from '../backend/backend_choice.js';
import type { ExampleName } from './example_names.js';
import type { CheckSettings, Run } from './settings.js';

/** What the page asks of a worker, once. */
export type Order =
  | { readonly kind: 'example'; readonly name: ExampleName }
  | {
      readonly kind: 'check';
      readonly text: string;
      readonly run: Run;
      readonly settings: CheckSettings;
    };

/** What a worker tells the page. */
export type Report =
  | { readonly kind: 'example'; readonly text: string }
  | { readonly kind: 'backend'; readonly backend: BackendInUse }
  | { readonly kind: 'model'; readonly weights: number }
  | { readonly kind: 'verdicts'; readonly verdicts: Verdicts }
  /** The backend does not work here. */
  | { readonly kind: 'absent'; readonly reason: string }
  /** The critic cannot be checked, on whatever backend. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'error'; readonly message: string };

/** What `checkGradients` found. */
export interface Verdicts {
  readonly ok: boolean;
  readonly critic: GradientCheckRow;
  readonly layers: readonly GradientCheckRow[];
}
