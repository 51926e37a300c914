import { addN } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Returns the sum of a model's regularizers as a term of its loss; no term if there are none. */
export function regularizerTerms(model: LayersModel): (() => Tensor)[] {
  const isRegularized = model.layers.some((layer) => layer.losses.length > 0);
  return isRegularized ? [() => addN(model.calculateLosses())] : [];
}
