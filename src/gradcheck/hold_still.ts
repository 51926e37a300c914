import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { withFrozenMasks } from '../layers/frozen_masks.js';
import { withFrozenStatistics } from '../layers/frozen_statistics.js';
import { withFrozenPowerIteration } from '../layers/power_iteration_mode.js';

/** Runs one evaluation: statistics, singular vectors and masks of gan-kit's layers rest. */
export const still = <T>(fn: () => T): T =>
  withFrozenStatistics(() => withFrozenPowerIteration(() => withFrozenMasks(fn)));

/** A dropout layer of tfjs; without a seed each call draws another mask. */
interface Seeded {
  seed: number | null | undefined;
}

/**
 * Runs a whole check: tfjs's own dropout layers repeat one mask meanwhile, and afterwards all weights
 * that a training call moves, such as running statistics of tfjs's batch normalization, are as before.
 */
export async function restoring<T>(
  all: readonly layers.Layer[],
  check: () => Promise<T>,
): Promise<T> {
  const unseeded = all.filter(
    (layer) =>
      ['Dropout', 'SpatialDropout1D'].includes(layer.getClassName()) &&
      (layer as unknown as Seeded).seed == null,
  ) as unknown as Seeded[];
  const moving = [...new Set(all.flatMap((layer) => layer.weights))];
  const before: Tensor[] = moving.map((weight) => weight.read().clone());
  const seeds = unseeded.map(({ seed }) => seed);
  unseeded.forEach((layer) => (layer.seed = 1));
  try {
    return await check();
  } finally {
    unseeded.forEach((layer, i) => (layer.seed = seeds[i]));
    moving.forEach((weight, i) => weight.write(before[i]!));
    dispose(before);
  }
}
