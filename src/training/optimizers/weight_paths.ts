import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { namedWeights } from '../../layers/weights/named_weights.js';

/** Returns the paths that key an optimizer's slots in a state, `network/layer/weight`. */
export function weightPaths(
  networks: Readonly<Record<string, LayersModel>>,
): ReadonlyMap<Variable, string> {
  const paths = Object.entries(networks).flatMap(([network, model]) =>
    namedWeights(model).map(
      ({ path, variable }) => [variable.read() as Variable, `${network}/${path}`] as const,
    ),
  );
  return new Map(paths);
}
