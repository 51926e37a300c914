import type { LayersModel } from '@tensorflow/tfjs-layers';
import { traitsOf } from '../../layers/traits.js';
import { namedWeights } from '../../layers/weights/named_weights.js';

/** Returns whether a model's samples affect each other through batch normalization. */
export const holdsBatchNorm = (model: LayersModel): boolean =>
  namedWeights(model).some(({ layer }) => traitsOf(layer).batchStatistics === true);
