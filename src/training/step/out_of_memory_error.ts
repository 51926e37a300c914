import type { Tensor } from '@tensorflow/tfjs-core';
import { GanKitError } from '../../errors.js';
import { isOutOfMemory } from '../../kernels/wasm/runtime/out_of_memory.js';

/** Adds the batch that was too large to an out-of-memory error; returns other errors as they are. */
export function explainOutOfMemory(
  where: string,
  parameter: string,
  batch: Tensor,
  error: unknown,
): unknown {
  if (!isOutOfMemory(error)) return error;
  const axes = batch.rank === 4 ? ' [batch, height, width, channels]' : '';
  return new GanKitError(
    'backend',
    `${where}: \`${parameter}\` must be small enough for a step within the memory of the backend. ` +
      `Received: shape [${batch.shape.join(',')}]${axes}.\n` +
      'Use a smaller batch or a lower resolution, or wrap parts of the networks in recompute ' +
      '(gan-kit/layers). The system is as it was before this step.\n' +
      error.message.split('\n')[0]!,
    { cause: error, where, parameter },
  );
}
