import { isFine } from './gradient_check.js';
import type { GradientCheckRow } from './gradient_check.js';
import type { LayerCall } from './layer_calls.js';

/**
 * Puts the verdicts of all up to it in the row of the first layer that is wrong so. By itself it need not
 * be, as each of its inputs is moved by itself then: where two always are one value, as behind an
 * upsampling, a kink lies between them.
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
