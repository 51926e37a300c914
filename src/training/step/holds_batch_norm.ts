import type { LayersModel } from '@tensorflow/tfjs-layers';
import { namedWeights } from '../../layers/named_weights.js';
import { traitsOf } from '../../layers/traits.js';

/** Whether a model's samples see each other through batch normalization. */
export const holdsBatchNorm = (model: LayersModel): boolean =>
  namedWeights(model).some(({ layer }) => traitsOf(layer).batchStatistics === true);
