import { fail } from '../../internal/check.js';
import { custom } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { SchemaRead } from '../../internal/read_options.js';

/** Options of a training step. */
export interface StepOptions {
  /**
   * Whether to wait for the losses; default true. `false` leaves them on the device; such a step is checked for
   * non-finite numbers at the next read. `'later'` returns those of the step before, while the device computes this
   * one, so that a GPU need not wait for the host: none at the first step; `lastLosses()` returns the last ones.
   */
  readonly read?: boolean | 'later';
}

/** Schema of these options. */
export const STEP_OPTIONS: SchemaRead<StepOptions> = {
  read: custom<boolean | 'later'>(
    (where, parameter, value): asserts value is boolean | 'later' => {
      if (typeof value !== 'boolean' && value !== 'later')
        fail('value', where, parameter, "true, false or 'later'", value);
    },
    { default: (): boolean | 'later' => true },
  ),
};

/** Reads whether to wait for the losses of a step; refuses to return them later. */
export function readAtOnce(where: string, options: StepOptions): boolean {
  const { read } = readOptions(where, options, STEP_OPTIONS);
  return read === 'later' ? fail('value', where, 'read', 'true or false', read) : read;
}
