import type { BackendChoice, BackendInUse } from '../backend/backend_choice.js';
import type { Network } from './network_of.js';
import type { Picture } from './picture.js';
import type { Mode, Name } from './settings.js';

/** What the page asks of the worker. */
export type Order =
  | { readonly kind: 'open'; readonly backend: BackendChoice }
  /** Reads a generator from a file; the one before stays if it is none. */
  | { readonly kind: 'read'; readonly file: File; readonly ignoreStatistics: boolean }
  | {
      readonly kind: 'translate';
      readonly name: Name;
      readonly picture: Picture;
      readonly mode: Mode;
    };

/** What the worker tells the page. */
export type Report =
  | { readonly kind: 'backend'; readonly backend: BackendInUse }
  | { readonly kind: 'network'; readonly network: Network; readonly mode: Mode }
  | {
      readonly kind: 'made';
      readonly name: Name;
      readonly picture: Picture;
      /** From the values of one picture to those of the other, in milliseconds. */
      readonly took: number;
    }
  /** A file that was not read, or a picture that was not translated. */
  | { readonly kind: 'error'; readonly of: Order['kind']; readonly message: string };
