import type { layers } from '@tensorflow/tfjs-layers';

/** PyTorch counts the batches that a norm has seen and, with a momentum, does not use the count. */
const counts = new WeakMap<layers.Layer, number>();

export function rememberBatchesTracked(layer: layers.Layer, count: number): void {
  counts.set(layer, count);
}

/** The count as it was loaded, else 0. */
export function batchesTracked(layer: layers.Layer): number {
  return counts.get(layer) ?? 0;
}
