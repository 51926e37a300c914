import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { withFrozenStatistics } from '../layers/frozen_statistics.js';
import { namedWeights } from '../layers/named_weights.js';

const BATCH_NORM = ['BatchNormalization', 'GanKitBatchNormalization'];

/** Whether a model's samples see each other through batch normalization. */
export function holdsBatchNorm(model: LayersModel): boolean {
  return batchNormLayers(model).size > 0;
}

function batchNormLayers(model: LayersModel): Set<layers.Layer> {
  return new Set(
    namedWeights(model)
      .map(({ layer }) => layer)
      .filter((layer) => BATCH_NORM.includes(layer.getClassName())),
  );
}

/**
 * Runs `fn` and leaves the running statistics of `model` as they were. gan-kit's own layers stand
 * still by themselves; those of tfjs cannot, so their statistics are put back.
 */
export function preservingStatistics<T>(model: LayersModel, fn: () => T): T {
  const statistics = [...batchNormLayers(model)]
    .filter((layer) => layer.getClassName() === 'BatchNormalization')
    .flatMap((layer) => layer.nonTrainableWeights);
  const before: Tensor[] = statistics.map((variable) => variable.read().clone());
  try {
    return withFrozenStatistics(fn);
  } finally {
    statistics.forEach((variable, i) => variable.write(before[i]!));
    before.forEach((tensor) => tensor.dispose());
  }
}
