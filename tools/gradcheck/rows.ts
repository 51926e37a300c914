import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import type { GradientVerdict } from '../../src/gradcheck/check_derivatives.js';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { blocks } from '../../test/gradcheck/blocks.js';
import { OPS } from '../../test/gradcheck/catalogue.js';
import { verdictsOf } from '../../test/gradcheck/verdicts.js';

/** The result of one op on one backend: two cells of the table. */
export interface Row {
  readonly phase: 'stock' | 'repaired';
  readonly name: string;
  readonly first: GradientVerdict;
  readonly second: GradientVerdict;
}

/** The length of blocks(), which itself needs a backend. */
const BLOCKS = 32;

/** The number of rows of a backend. */
export const ROWS = 2 * (OPS.length + BLOCKS);

/** Checks every op and block, first as in tfjs and then with the repairs. A process can do this only once. */
export async function checkAll(backend: string, tell: (row: Row) => void): Promise<void> {
  await setBackend(backend);
  const entries = [...OPS, ...blocks()];
  for (const entry of entries)
    tell({
      phase: 'stock',
      name: entry.name,
      ...(await verdictsOf(entry, entry.stock ?? entry.f)),
    });
  enableSecondOrderGradients();
  for (const entry of entries)
    tell({ phase: 'repaired', name: entry.name, ...(await verdictsOf(entry)) });
}
