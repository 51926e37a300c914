import type { NamedTensorMap, Optimizer, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NamedGradient } from '../optimizers/listed_gradients.js';

/**
 * Joins optimizers into one, so that networks move at one moment by the gradient of one sum: each optimizer receives the
 * gradients of its own network.
 */
export const severalOptimizers = (
  moves: readonly (readonly [model: LayersModel, optimizer: Optimizer])[],
): Optimizer =>
  ({
    applyGradients(gradients: NamedTensorMap | NamedGradient[]): void {
      const byName = Array.isArray(gradients)
        ? Object.fromEntries(gradients.map(({ name, tensor }) => [name, tensor]))
        : gradients;
      for (const [model, optimizer] of moves)
        optimizer.applyGradients(
          model.trainableWeights.map((weight) => {
            const { name } = weight.read() as Variable;
            return { name, tensor: byName[name]! };
          }),
        );
    },
  }) as Pick<Optimizer, 'applyGradients'> as Optimizer;
