import { clone, dispose, keep } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { Revertible, Savepoint } from '../../internal/savepoint.js';
import { innerLayers } from '../../layers/inner_layers.js';
import { drawingLayers } from '../../layers/modes/replayed_call.js';
import { modelVariables } from '../../layers/weights/model_variables.js';

/**
 * Remembers networks and their components, so that a failed step can be undone.
 *
 * Nothing is copied: tensors are held by a second reference, which takes memory for what a step replaces.
 * Going back allocates nothing, because memory may have run out. A component without savepoints, such as
 * an optimizer of an unknown class, stays as the step left it.
 */
export function systemSavepoint(
  networks: readonly LayersModel[],
  components: readonly object[],
): Savepoint {
  const savepoints: Savepoint[] = [];
  try {
    for (const model of networks) savepoints.push(modelSavepoint(model));
    for (const component of components)
      if (isRevertible(component)) savepoints.push(component.savepoint());
  } catch (error) {
    for (const savepoint of savepoints) savepoint.release();
    throw error;
  }
  return {
    rollback: () => savepoints.forEach((savepoint) => savepoint.rollback()),
    release: () => savepoints.forEach((savepoint) => savepoint.release()),
  };
}

const isRevertible = (component: object): component is Revertible =>
  typeof (component as Partial<Revertible>).savepoint === 'function';

function modelSavepoint(model: LayersModel): Savepoint {
  const variables = modelVariables(model);
  const before = variables.map((variable) => keep(clone(variable)));
  const draws = drawingLayers([model]).map((layer) => ({ layer, position: layer.position }));
  const savepoints = revertibleLayers(model).map((layer) => layer.savepoint());
  return {
    rollback() {
      variables.forEach((variable, i) => variable.assign(before[i]!));
      draws.forEach(({ layer, position }) => layer.seek(position));
      savepoints.forEach((savepoint) => savepoint.rollback());
      dispose(before);
    },
    release() {
      savepoints.forEach((savepoint) => savepoint.release());
      dispose(before);
    },
  };
}

/** Lists the layers whose own state can be rolled back, including nested ones. */
function revertibleLayers(layer: layers.Layer): Revertible[] {
  const inner = innerLayers(layer).flatMap(revertibleLayers);
  return [...new Set(isRevertible(layer) ? [layer, ...inner] : inner)];
}
