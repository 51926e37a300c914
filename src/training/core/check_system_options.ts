import { checkOneOf, fail } from '../../internal/check.js';
import type { SystemOptions } from './recipe.js';

/** Refuses options that every system has, out of range. */
export function checkSystemOptions(where: string, options: SystemOptions): void {
  const { monitor, powerIteration = 'step', onNonFinite = 'throw' } = options;
  if (monitor !== undefined && typeof monitor?.observe !== 'function')
    fail('type', where, 'monitor', 'a GradientMonitor', monitor);
  checkOneOf(where, 'powerIteration', powerIteration, ['step', 'call']);
  checkOneOf(where, 'onNonFinite', onNonFinite, ['throw', 'skip']);
}
