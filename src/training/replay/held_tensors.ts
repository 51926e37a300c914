import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Holder } from '../../internal/savepoint.js';
import { modelVariables } from '../../layers/weights/model_variables.js';
import type { Stateful } from '../../types.js';

/**
 * Lists the tensors that a step of a system may replace: the weights of its networks, and what its components hold; or
 * says which component does not tell.
 *
 * @param others Objects without a state that a step changes.
 */
export function heldTensors(
  networks: Readonly<Record<string, LayersModel>>,
  components: Readonly<Record<string, Stateful>>,
  monitor: object | undefined,
): readonly Tensor[] | string {
  const held = new Set<Tensor>();
  for (const model of Object.values(networks))
    for (const variable of modelVariables(model)) held.add(variable);
  const all = monitor === undefined ? components : { ...components, monitor };
  for (const [name, component] of Object.entries<object>(all)) {
    if (!isHolder(component)) return `${name} changes in a way that cannot be recorded`;
    for (const tensor of component.heldTensors()) held.add(tensor);
  }
  return [...held];
}

const isHolder = (component: object): component is Holder =>
  typeof (component as Partial<Holder>).heldTensors === 'function';

/** Names the weights that are trained. */
export const trainedWeights = (networks: Readonly<Record<string, LayersModel>>): string =>
  Object.values(networks)
    .map(({ trainableWeights }) => trainableWeights.map(({ id }) => id).join())
    .join(' ');
