import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { namedWeights } from './named_weights.js';
import { oncePerModel } from './once_per_model.js';

/** Lists the variables of a model's weights, in the order of {@link namedWeights}. */
export const modelVariables: (model: LayersModel) => readonly Variable[] = oncePerModel((model) =>
  namedWeights(model).map(({ variable }) => variable.read() as Variable),
);
