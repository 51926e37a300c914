import type { RasterImage } from 'gan-kit/io';
import type { BackendChoice, BackendInUse } from '../backend/backend_choice.js';
import type { Settings } from './settings.js';

/** A place between four digits, from 0 at the left and above to 1. */
export interface Place {
  /** The four latent vectors follow from it. */
  readonly seed: number;
  readonly across: number;
  readonly down: number;
}

/** What the page asks of the worker. */
export type Order =
  | {
      /** Goes on from the bytes, or from the kept checkpoint, or begins. */
      readonly kind: 'open';
      readonly backend: BackendChoice;
      readonly bytes: Uint8Array | undefined;
      readonly running: boolean;
      readonly place: Place;
    }
  | { readonly kind: 'begin'; readonly settings: Settings; readonly running: boolean }
  | { readonly kind: 'upload'; readonly bytes: Uint8Array }
  | { readonly kind: 'place'; readonly place: Place }
  /** `keep` keeps a checkpoint while training goes on, `leave` asks for the bytes, and ends the worker's work. */
  | { readonly kind: 'run' | 'pause' | 'step' | 'keep' | 'download' | 'leave' };

/** What the worker tells the page. */
export type Report =
  | { readonly kind: 'backend'; readonly backend: BackendInUse }
  | { readonly kind: 'loads'; readonly images: number }
  /** A run has taken the place of the one before. */
  | { readonly kind: 'run'; readonly settings: Settings }
  | ({ readonly kind: 'look' } & Look)
  /** The digit at the place, then the four at the corners, side by side. */
  | { readonly kind: 'digits'; readonly picture: RasterImage }
  | { readonly kind: 'kept'; readonly step: number; readonly problem: string | undefined }
  | { readonly kind: 'download' | 'left'; readonly bytes: Uint8Array; readonly step: number }
  /** The run is complete. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'error'; readonly message: string };

/** How far a run is, and what it makes. */
export interface Look {
  readonly step: number;
  readonly imagesPerSecond: number;
  /** Steps, the losses of the discriminator, those of the generator. */
  readonly losses: readonly (readonly number[])[];
  /** Steps, and the classifier scores. */
  readonly scores: readonly (readonly number[])[];
  readonly samples: RasterImage;
}
