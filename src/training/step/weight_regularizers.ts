import { addN } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** The regularizers of a model's layers as a term of its loss, their sum; none where there are none. */
export function regularizerTerms(model: LayersModel): (() => Tensor)[] {
  const isRegularized = model.layers.some((layer) => layer.losses.length > 0);
  return isRegularized ? [() => addN(model.calculateLosses())] : [];
}
