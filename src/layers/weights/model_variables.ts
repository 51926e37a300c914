import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { namedWeights } from './named_weights.js';

/** The variables of models, and the number of layers for which they were listed. */
const listed = new WeakMap<
  LayersModel,
  { readonly layers: number; readonly variables: readonly Variable[] }
>();

/** Lists the variables of a model's weights, in the order of {@link namedWeights}; quickly from the second time on. */
export function modelVariables(model: LayersModel): readonly Variable[] {
  const { length } = model.layers;
  let list = listed.get(model);
  if (list?.layers !== length) {
    const variables = namedWeights(model).map(({ variable }) => variable.read() as Variable);
    listed.set(model, (list = { layers: length, variables }));
  }
  return list.variables;
}
