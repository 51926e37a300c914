import { readRows } from '../rows.js';
import type { Rows } from '../rows.js';

/**
 * Computes the share of each predicted class: `sₖ = #{x : argmax logits(x) = k} / N`.
 *
 * The class of a sample is that of its largest logit; the first one if several are equal.
 *
 * @param logits Raw logits or probabilities [N, classes], float32.
 * @returns One share per class, summing to 1.
 * @throws GanKitError if `logits` is not a matrix or contains NaN or an infinity.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { classShares } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * console.log(await classShares(tensor2d([[2, 1], [0, 3], [5, 4], [1, 0]]))); // 0.75 and 0.25
 * ```
 */
export async function classShares(logits: Rows): Promise<Float64Array> {
  const { data, rows, columns } = await readRows('classShares', 'logits', logits);
  const counts = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let best = 0;
    for (let k = 1; k < columns; k++) if (data[start + k]! > data[start + best]!) best = k;
    counts[best]!++;
  }
  return counts.map((count) => count / rows);
}
