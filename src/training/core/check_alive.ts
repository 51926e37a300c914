import { fail } from '../../internal/check.js';

/** Refuses to continue with a system after its `dispose`. */
export function checkAlive(where: string, system: { readonly disposed: boolean }): void {
  if (system.disposed) fail('state', where, 'this', 'a system that is alive', 'a disposed system');
}
