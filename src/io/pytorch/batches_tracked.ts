import type { layers } from '@tensorflow/tfjs-layers';

/**
 * The number of batches that each norm has seen. PyTorch counts them, but does not use the count if the norm has
 * a momentum.
 */
const counts = new WeakMap<layers.Layer, number>();

export function rememberBatchesTracked(layer: layers.Layer, count: number): void {
  counts.set(layer, count);
}

/** Returns the loaded count, or 0 if none was loaded. */
export function batchesTracked(layer: layers.Layer): number {
  return counts.get(layer) ?? 0;
}
