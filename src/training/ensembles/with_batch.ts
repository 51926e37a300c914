import { dispose, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RandomStream } from '../../internal/random.js';

/**
 * Draws a batch, passes it to a step and frees it. If that fails, the stream is where it was before.
 *
 * @param draws The stream that `draw` draws from.
 */
export async function withBatch<Batch extends Record<string, Tensor>, T>(
  draws: RandomStream,
  draw: () => Batch,
  step: (batch: Batch) => Promise<T>,
): Promise<T> {
  const before = draws.savepoint();
  let batch: Batch | undefined;
  try {
    batch = tidy(draw);
    return await step(batch);
  } catch (error) {
    before.rollback();
    throw error;
  } finally {
    if (batch !== undefined) dispose(batch);
  }
}
