import type { Optimizer, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Holder, Revertible } from '../../internal/savepoint.js';
import { isStateful } from '../../internal/state.js';
import type { Stateful } from '../../types.js';
import { HostOptimizer } from '../optimizers/host_optimizer.js';
import type { SlotOptimizer } from '../optimizers/slot_optimizer.js';
import { weightPaths } from '../optimizers/weight_paths.js';
import { modelState, restoreModel } from './model_state.js';

/** Wraps a model as a component: its weights and the states of its layers. */
export const modelComponent = (model: LayersModel): Stateful => ({
  state: () => modelState(model),
  restore: (state) => restoreModel(model, state),
});

/** Returns whether a component is an optimizer, of tfjs or a third party. */
export const isOptimizer = (component: unknown): component is Optimizer =>
  typeof (component as Partial<Optimizer> | undefined)?.applyGradients === 'function';

/**
 * Wraps an optimizer as a component. One with inaccessible moments is refused when its state is requested.
 *
 * @param networks Networks by name, at least those it moves: the state is keyed by `network/layer/weight`. A
 *   custom class with a state chooses its own keys.
 */
export function optimizerComponent(
  optimizer: Optimizer,
  networks?: () => Readonly<Record<string, LayersModel>>,
): Stateful {
  const paths = networks && (() => weightPaths(networks()));
  if (!isStateful(optimizer)) return new HostOptimizer(optimizer, paths);
  return paths !== undefined && isNameable(optimizer) ? keyedByPaths(optimizer, paths) : optimizer;
}

/** Wraps an optimizer of gan-kit, which gets the current paths before its state is read or restored. */
function keyedByPaths(
  optimizer: SlotOptimizer<string>,
  paths: () => ReadonlyMap<Variable, string>,
): Stateful & Revertible & Holder {
  const named = () => {
    optimizer.name(paths());
    return optimizer;
  };
  return {
    state: async () => named().state(),
    restore: async (state) => named().restore(state),
    savepoint: () => optimizer.savepoint(),
    heldTensors: () => optimizer.heldTensors(),
  };
}

/** Returns whether an optimizer accepts paths: those of any copy of gan-kit do. */
export const isNameable = (component: object): component is SlotOptimizer<string> =>
  isOptimizer(component) &&
  typeof (component as Partial<SlotOptimizer<string>>).name === 'function';

/**
 * Selects those of a system's components that have a state; a custom penalty may have none.
 *
 * @param networks The system's networks, whose weight paths key the states of optimizers.
 */
export function statefulComponents(
  components: Readonly<Record<string, unknown>>,
  networks?: () => Readonly<Record<string, LayersModel>>,
): Readonly<Record<string, Stateful>> {
  const known = Object.entries(components).map(
    ([name, component]) =>
      [name, isOptimizer(component) ? optimizerComponent(component, networks) : component] as const,
  );
  return Object.fromEntries(
    known.filter((entry): entry is [string, Stateful] => isStateful(entry[1])),
  );
}
