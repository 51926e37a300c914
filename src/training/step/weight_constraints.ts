import { tidy } from '@tensorflow/tfjs-core';
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Applies the constraint of its layer to each weight, as `model.fit` does after a step. */
export function applyConstraints(model: LayersModel): void {
  for (const weight of model.trainableWeights) {
    const { constraint } = weight as { constraint?: typeof weight.constraint | null };
    if (constraint === null || constraint === undefined) continue;
    const variable = weight.read() as Variable;
    tidy(() => variable.assign(constraint.apply(variable)));
  }
}
