import type { LayersModel } from '@tensorflow/tfjs-layers';
import { namedWeights } from '../layers/named_weights.js';

const BATCH_NORM = ['BatchNormalization', 'GanKitBatchNormalization'];

/** Whether a model's samples see each other through batch normalization. */
export const holdsBatchNorm = (model: LayersModel): boolean =>
  namedWeights(model).some(({ layer }) => BATCH_NORM.includes(layer.getClassName()));
