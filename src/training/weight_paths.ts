import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { namedWeights } from '../layers/named_weights.js';

/**
 * The paths under which a state has the slots of an optimizer, `network/layer/weight`.
 *
 * @param networks What the optimizer moves, by name, in the order in which gradients are passed.
 * @returns First the trainable weights in that order, then the others.
 */
export function weightPaths(
  networks: Readonly<Record<string, LayersModel>>,
): ReadonlyMap<Variable, string> {
  const moved: Variable[] = [];
  const paths = new Map<Variable, string>();
  for (const [network, model] of Object.entries(networks)) {
    for (const { path, variable } of namedWeights(model))
      paths.set(variable.read() as Variable, `${network}/${path}`);
    moved.push(...model.trainableWeights.map((weight) => weight.read() as Variable));
  }
  const all = [...moved.filter((variable) => paths.has(variable)), ...paths.keys()];
  return new Map(all.map((variable) => [variable, paths.get(variable)!]));
}
