import { fail } from '../../internal/check.js';
import type { SavedState, StateValue } from '../../types.js';
import { GRADIENT_OPTIONS } from './gradient_options.js';

/**
 * Refuses the state of an optimizer of another kind or with other options: its slots mean something else.
 *
 * @param own The current options, by the keys of a state.
 * @param free Options that may differ.
 */
export function checkSavedOptions(
  where: string,
  own: Readonly<Record<string, StateValue>>,
  { values }: SavedState,
  free: readonly string[],
): void {
  for (const key of [...Object.keys(own), ...Object.keys(GRADIENT_OPTIONS)])
    if (!free.includes(key) && values[key] !== own[key])
      fail('state', where, `state.values['${key}']`, `${String(own[key])}, as here`, values[key]);
}
