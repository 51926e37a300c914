import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { assignPast, freeAll, pastValue } from '../../internal/past_value.js';
import type { Revertible, Savepoint } from '../../internal/savepoint.js';
import { innerLayers } from '../../layers/inner_layers.js';
import { drawingLayers } from '../../layers/modes/replayed_call.js';
import { modelVariables } from '../../layers/weights/model_variables.js';
import { oncePerModel } from '../../layers/weights/once_per_model.js';

/**
 * Remembers networks and their components, so that a failed step can be undone.
 *
 * Nothing is copied: tensors are held by a second reference, which takes memory for what a step replaces; what a
 * recorded step overwrites is copied by that step.
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
  const before = variables.map((variable) => pastValue(variable));
  const { drawing, revertible } = layersWithState(model);
  const draws = drawing.map((layer) => ({ layer, position: layer.position }));
  const savepoints = revertible.map((layer) => layer.savepoint());
  return {
    rollback() {
      variables.forEach((variable, i) => assignPast(variable, before[i]!));
      draws.forEach(({ layer, position }) => layer.seek(position));
      savepoints.forEach((savepoint) => savepoint.rollback());
    },
    release() {
      savepoints.forEach((savepoint) => savepoint.release());
      freeAll(before);
    },
  };
}

/** Lists the layers of a model that have a state besides their weights. */
const layersWithState = oncePerModel((model) => ({
  drawing: drawingLayers([model]),
  revertible: revertibleLayers(model),
}));

/** Lists the layers whose own state can be rolled back, including nested ones. */
function revertibleLayers(layer: layers.Layer): Revertible[] {
  const inner = innerLayers(layer).flatMap(revertibleLayers);
  return [...new Set(isRevertible(layer) ? [layer, ...inner] : inner)];
}
