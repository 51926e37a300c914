import { isFine } from './gradient_check.js';
import type { GradientCheckRow } from './gradient_check.js';
import type { LayerCall } from './layer_calls.js';

/**
 * Finds the first layer that is wrong together with all before it, and puts that verdict in its row. It
 * may be right by itself, because each of its inputs is moved separately then: two that are always equal,
 * as behind an upsampling, have a kink between them.
 */
export async function findBehindOthers(
  calls: readonly LayerCall[],
  rows: GradientCheckRow[],
  checkUpTo: (call: LayerCall) => Promise<GradientCheckRow>,
): Promise<void> {
  for (const [i, call] of calls.entries()) {
    const row = await checkUpTo(call);
    if (isFine(row)) continue;
    rows[i] = row;
    return;
  }
}
