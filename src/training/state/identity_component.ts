import { fail } from '../../internal/check.js';
import type { SavedState, Stateful, StateValue } from '../../types.js';

/**
 * Makes a component of a system's identity that changes nothing and refuses states of other systems. Older
 * files have no such part.
 */
export function identityComponent(
  identity: Readonly<Record<string, StateValue>>,
): Stateful & { readonly optional: true } {
  return {
    optional: true,
    state: async (): Promise<SavedState> => ({ values: identity, arrays: {} }),
    restore: async ({ values }) => {
      for (const [key, own] of Object.entries(identity))
        if (values[key] !== undefined && values[key] !== own)
          fail('state', 'system', key, `${String(own)}, as here`, values[key]);
    },
  };
}
