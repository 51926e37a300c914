import { tidy } from '@tensorflow/tfjs-core';
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Puts each weight back to where the constraint of its layer allows it, as `model.fit` does after a step. */
export function applyConstraints(model: LayersModel): void {
  for (const weight of model.trainableWeights) {
    const { constraint } = weight as { constraint?: typeof weight.constraint | null };
    if (constraint === null || constraint === undefined) continue;
    const variable = weight.read() as Variable;
    tidy(() => variable.assign(constraint.apply(variable)));
  }
}
